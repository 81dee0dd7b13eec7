//go:build unix

package policy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Load reads the policy file or folder at path, as it is now. It refuses one that somebody else than its owner could
// have written: a policy is as trustworthy as the hand that can change it.
func Load(path string) (*Policy, error) {
	files, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(files)
}

// read gives the files of a policy, all from the same moment: when something was changed meanwhile (a ConfigMap swaps
// a link under which all files change), it says so and the caller tries again later.
func read(path string) ([]File, error) {
	before, err := look(path)
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(before))
	size := int64(0)
	for _, seen := range before {
		file, err := open(seen.path)
		if err != nil {
			return nil, err
		}
		text, err := readRegular(file, MaxBytes-size)
		if err != nil {
			return nil, err
		}
		size += int64(len(text))
		files = append(files, File{Name: filepath.Base(seen.path), Text: text})
	}
	after, err := look(path)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(before, after) {
		return nil, &Error{Code: Unsettled, File: path, Message: "was changed while it was read"}
	}
	return files, nil
}

// seen identifies one version of one file.
type seen struct {
	path          string
	device, inode uint64
	size, changed int64
}

func look(path string) ([]seen, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := trusted(path); err != nil {
		return nil, err
	}
	paths := []string{path}
	if info.IsDir() {
		names, err := os.ReadDir(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		paths = nil
		for _, name := range names {
			if IsPolicyFile(name.Name()) {
				paths = append(paths, filepath.Join(path, name.Name()))
			}
		}
	}
	found := make([]seen, 0, len(paths))
	for _, path := range paths {
		if err := trusted(path); err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		status, _ := info.Sys().(*syscall.Stat_t)
		found = append(found, seen{path, uint64(status.Dev), status.Ino, status.Size, changed(status)})
	}
	return found, nil
}

func open(path string) (*os.File, error) {
	// O_NONBLOCK: a named pipe in place of the policy must not hang the server.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return file, nil
}

func readRegular(file *os.File, most int64) ([]byte, error) {
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, unreadable(file.Name(), err)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{Code: Unreadable, File: file.Name(), Message: "is not a regular file"}
	}
	if err := trustedMode(file.Name(), info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, unreadable(file.Name(), err)
	}
	if int64(len(text)) > most {
		return nil, &Error{Code: TooLarge, File: file.Name(), Message: "the policy is larger than 64 MiB"}
	}
	return text, nil
}

func unreadable(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &Error{Code: Unreadable, File: path, Message: "cannot be read: " + err.Error()}
}

// trusted checks what a path leads to, and the folders through which it could be replaced, links followed.
func trusted(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return unreadable(path, err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return unreadable(path, err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return unreadable(path, err)
	}
	if err := trustedMode(path, info); err != nil {
		return err
	}
	for _, start := range []string{target, absolute} {
		for folder := filepath.Dir(start); ; folder = filepath.Dir(folder) {
			if err := trustedFolder(folder); err != nil {
				return err
			}
			if folder == filepath.Dir(folder) {
				break
			}
		}
	}
	return nil
}

const writableByOthers = 0o022

func trustedMode(path string, info fs.FileInfo) error {
	if mode := info.Mode(); mode.Perm()&writableByOthers != 0 && !readOnly(path) {
		return &Error{Code: Writable, File: path,
			Message: fmt.Sprintf("can be written by others (mode %04o); run: chmod go-w %s", mode.Perm(), path)}
	}
	if status, ok := info.Sys().(*syscall.Stat_t); ok && !ours(status.Uid) && !readOnly(path) {
		return &Error{Code: Writable, File: path,
			Message: fmt.Sprintf("belongs to user %d, who could change it; it must belong to root or to the server's own user %d", status.Uid, os.Geteuid())}
	}
	return nil
}

// trustedFolder refuses a folder in which others could put another file in the place of the policy. The sticky bit
// (/tmp) prevents that.
func trustedFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(path, err)
	}
	if info.Mode().Perm()&writableByOthers != 0 && info.Mode()&fs.ModeSticky == 0 && !readOnly(path) {
		return &Error{Code: Writable, File: path,
			Message: fmt.Sprintf("is a folder in which others could replace the policy (mode %04o); run: chmod go-w %s", info.Mode().Perm(), path)}
	}
	if status, ok := info.Sys().(*syscall.Stat_t); ok && !ours(status.Uid) && !readOnly(path) {
		return &Error{Code: Writable, File: path,
			Message: fmt.Sprintf("is a folder of user %d, who could replace the policy; it must belong to root or to the server's own user %d", status.Uid, os.Geteuid())}
	}
	return nil
}

func ours(uid uint32) bool { return uid == 0 || int(uid) == os.Geteuid() }
