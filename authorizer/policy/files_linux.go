package policy

import "syscall"

// readOnly: a ConfigMap is mounted with a folder of mode 0777, on a mount that nobody can write.
func readOnly(path string) bool {
	const readOnlyMount = 1 // ST_RDONLY
	var mount syscall.Statfs_t
	return syscall.Statfs(path, &mount) == nil && mount.Flags&readOnlyMount != 0
}

func changed(status *syscall.Stat_t) int64 { return status.Ctim.Nano() }
