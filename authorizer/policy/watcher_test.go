//go:build unix

package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// record keeps what an observer was told.
type record struct {
	mutex   sync.Mutex
	loaded  []Loaded
	refused []Loaded
}

func (r *record) PolicyLoaded(l Loaded) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.loaded = append(r.loaded, l)
}

func (r *record) PolicyRefused(l Loaded) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.refused = append(r.refused, l)
}

func listing(namespaces ...string) string {
	callers := ""
	for i, namespace := range namespaces {
		if i > 0 {
			callers += ","
		}
		callers += fmt.Sprintf("{%q:%q}", "namespace", namespace)
	}
	return fmt.Sprintf(`{"version":1,"default":"deny","endpoints":{"billing":{"callers":[%s]}}}`, callers)
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// folder is one that the tests may fill: t.TempDir() may be group-writable under a lax umask.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func may(w *Watcher, namespace string) bool {
	return w.Current().Check(Endpoint{Name: "billing"}, namespace, time.Now()).Allowed
}

func codeOf(err error) Code {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestWatcherFollowsContent(t *testing.T) {
	path := filepath.Join(folder(t), "nexus-policy.json")
	put(t, path, listing("orders"))
	var seen record
	w, err := Watch(path, time.Second, &seen)
	if err != nil {
		t.Fatal(err)
	}
	first := w.Current()
	if !may(w, "orders") || may(w, "refund") || len(seen.loaded) != 1 {
		t.Fatal("the first policy is not in force")
	}

	stamp := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(path, stamp, stamp); err != nil {
		t.Fatal(err)
	}
	w.Poll()
	if now := w.Current(); now.At != first.At || len(seen.loaded) != 1 {
		t.Fatal("a change of time alone counts as a new policy")
	}

	put(t, path, listing("refund")) // the same size, and below the same time of change
	if err := os.Chtimes(path, stamp, stamp); err != nil {
		t.Fatal(err)
	}
	w.Poll()
	if may(w, "orders") || !may(w, "refund") || len(seen.loaded) != 2 || !w.Current().At.After(first.At) {
		t.Fatal("new content of the same size and time is not in force")
	}
}

func TestWatcherKeepsTheLastGoodPolicy(t *testing.T) {
	path := filepath.Join(folder(t), "nexus-policy.json")
	put(t, path, listing("orders"))
	var seen record
	w, err := Watch(path, time.Second, &seen)
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Now()
	w.now = func() time.Time { return clock }
	good := w.Current()
	broken := []struct {
		code Code
		make func()
	}{
		{Syntax, func() { put(t, path, "{") }},
		{UnknownKey, func() { put(t, path, `{"version":1,"Default":"allow"}`) }},
		{Unreadable, func() { os.Remove(path) }},
		{Unreadable, func() {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{Writable, func() { os.Remove(path); put(t, path, listing("evil")); os.Chmod(path, 0o666) }},
		{Writable, func() { os.Chmod(path, 0o620) }},
	}
	for i, step := range broken {
		step.make()
		w.Poll()
		now := w.Current()
		if now.Problem == nil || now.Problem.Code != step.code {
			t.Fatalf("step %d: problem %v, want %s", i, now.Problem, step.code)
		}
		if !may(w, "orders") || may(w, "evil") || now.Digest != good.Digest || now.At != good.At {
			t.Fatalf("step %d: the last good policy is not in force", i)
		}
		if len(seen.refused) != i+1 {
			t.Fatalf("step %d: told %d times", i, len(seen.refused))
		}
		w.Poll()
		if len(seen.refused) != i+1 {
			t.Fatalf("step %d: the same problem is told at every look", i)
		}
	}
	clock = clock.Add(reminder)
	w.Poll()
	if len(seen.refused) != len(broken)+1 {
		t.Fatal("a problem that stays is not told again")
	}
	os.Remove(path)
	put(t, path, listing("orders"))
	w.Poll()
	if now := w.Current(); now.Problem != nil || now.At != good.At || len(seen.loaded) != 2 {
		t.Fatal("the old content put back is still a problem")
	}
}

func TestWatcherRunsByItself(t *testing.T) {
	path := filepath.Join(folder(t), "nexus-policy.json")
	put(t, path, listing("orders"))
	w, err := Watch(path, 20*time.Millisecond, &record{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { w.Run(t.Context()); close(done) }()
	put(t, path+".new", listing("refund"))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); !may(w, "refund"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the new policy is not in force after 5 s")
		}
	}
}

func TestFolderLikeAConfigMap(t *testing.T) {
	dir := folder(t)
	old, next := filepath.Join(dir, "..2026_a"), filepath.Join(dir, "..2026_b")
	for _, version := range []string{old, next} {
		if err := os.Mkdir(version, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(old, "a.json"), listing("orders"))
	put(t, filepath.Join(next, "a.json"), listing("refund"))
	put(t, filepath.Join(next, "b.json"), `{"version":1,"default":"deny"}`)
	for link, target := range map[string]string{"..data": "..2026_a", "a.json": "..data/a.json"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	w, err := Watch(dir, time.Second, &record{})
	if err != nil {
		t.Fatal(err)
	}
	if !may(w, "orders") {
		t.Fatal("the folder is not read through its links")
	}
	if err := os.Symlink("..2026_b", filepath.Join(dir, "..next")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "..next"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	w.Poll()
	if !may(w, "refund") || may(w, "orders") {
		t.Fatal("the swapped link is not followed")
	}
}

func TestStartRefuses(t *testing.T) {
	cases := []struct {
		name string
		code Code
		make func(dir string) string
	}{
		{"a missing file", Unreadable, func(dir string) string { return filepath.Join(dir, "none.json") }},
		{"an empty folder", NoFiles, func(dir string) string { return dir }},
		{"a group-writable file", Writable, func(dir string) string {
			path := filepath.Join(dir, "p.json")
			put(t, path, listing())
			os.Chmod(path, 0o660)
			return path
		}},
		{"a world-writable file", Writable, func(dir string) string {
			path := filepath.Join(dir, "p.json")
			put(t, path, listing())
			os.Chmod(path, 0o602)
			return path
		}},
		{"a file in a writable folder", Writable, func(dir string) string {
			inner := filepath.Join(dir, "inner")
			os.Mkdir(inner, 0o700)
			put(t, filepath.Join(inner, "p.json"), listing())
			os.Chmod(inner, 0o777)
			return filepath.Join(inner, "p.json")
		}},
		{"a folder below a writable folder", Writable, func(dir string) string {
			inner := filepath.Join(dir, "a", "b")
			os.MkdirAll(inner, 0o700)
			put(t, filepath.Join(inner, "p.json"), listing())
			os.Chmod(filepath.Join(dir, "a"), 0o777)
			return inner
		}},
		{"a link in a writable folder to a good file", Writable, func(dir string) string {
			good, open := filepath.Join(dir, "p.json"), filepath.Join(dir, "open")
			put(t, good, listing())
			os.Mkdir(open, 0o700)
			os.Symlink(good, filepath.Join(open, "link.json"))
			os.Chmod(open, 0o777)
			return filepath.Join(open, "link.json")
		}},
		{"a link to a writable file", Writable, func(dir string) string {
			bad := filepath.Join(dir, "p.json")
			put(t, bad, listing())
			os.Chmod(bad, 0o666)
			os.Symlink(bad, filepath.Join(dir, "link.json"))
			return filepath.Join(dir, "link.json")
		}},
		{"one writable file of a folder", Writable, func(dir string) string {
			put(t, filepath.Join(dir, "a.json"), listing())
			put(t, filepath.Join(dir, "b.json"), `{"version":1,"default":"deny"}`)
			os.Chmod(filepath.Join(dir, "b.json"), 0o666)
			return dir
		}},
		{"somebody else's file", Writable, func(dir string) string {
			path := filepath.Join(dir, "p.json")
			put(t, path, listing())
			if err := os.Chown(path, 12345, -1); err != nil {
				t.Skip("only root can give a file away")
			}
			return path
		}},
		{"a folder named like a file", Unreadable, func(dir string) string {
			os.Mkdir(filepath.Join(dir, "p.json"), 0o700)
			return dir
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Watch(c.make(folder(t)), time.Second, &record{})
			if codeOf(err) != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
		})
	}
}

// BenchmarkCheck: 100 endpoints with 1,000 callers each.
func BenchmarkCheck(b *testing.B) {
	text := []byte(`{"version":1,"default":"deny","endpoints":{`)
	for e := range 100 {
		if e > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, `"endpoint-%d":{"id":"id-%d","blocked":["legacy"],"callers":[`, e, e)
		for c := range 1000 {
			if c > 0 {
				text = append(text, ',')
			}
			text = fmt.Appendf(text, `{"namespace":"caller-%d","owner":"team-%d","reason":"TICKET-%d","until":"2099-12-31"}`, c, c, c)
		}
		text = append(text, "]}"...)
	}
	text = append(text, "}}"...)
	files := []File{{"nexus-policy.json", text}}
	p, err := Parse(files)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	b.Run("allowed", func(b *testing.B) {
		for b.Loop() {
			if !p.Check(Endpoint{"endpoint-57", "id-57"}, "caller-999", now).Allowed {
				b.Fatal("refused")
			}
		}
	})
	b.Run("refused", func(b *testing.B) {
		for b.Loop() {
			if p.Check(Endpoint{"endpoint-57", "id-57"}, "caller-1000", now).Allowed {
				b.Fatal("allowed")
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := Parse(files); err != nil {
				b.Fatal(err)
			}
		}
	})
}
