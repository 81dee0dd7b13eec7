//go:build unix

package policy

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Loaded is the policy in force and how it came to be.
type Loaded struct {
	*Policy
	// At is when this content was first read by this process.
	At time.Time
	// Problem is why the files cannot be used as they are now; nil when the policy is what the files say.
	Problem *Error
}

// Observer is told what happens to the policy. Its methods are called one at a time, from the watcher's goroutine.
type Observer interface {
	// PolicyLoaded: the content changed and is in force, or what was wrong with it was put right.
	PolicyLoaded(Loaded)
	// PolicyRefused: the files changed and cannot be used; the last good policy stays in force. Told again about the
	// same problem every minute.
	PolicyRefused(Loaded)
}

// Watcher keeps a policy in force and follows its files.
type Watcher struct {
	path     string
	interval time.Duration
	observer Observer
	now      func() time.Time
	state    atomic.Pointer[Loaded]
	told     time.Time
}

// reminder is how often a problem that stays is told again.
const reminder = time.Minute

// Watch reads the policy for the first time. A policy that cannot be used now is an error: there is none to fall back to.
func Watch(path string, interval time.Duration, observer Observer) (*Watcher, error) {
	w := &Watcher{path: path, interval: interval, observer: observer, now: time.Now}
	policy, err := Load(path)
	for attempt := 0; unsettled(err) && attempt < 10; attempt++ {
		time.Sleep(50 * time.Millisecond)
		policy, err = Load(path)
	}
	if err != nil {
		return nil, err
	}
	w.state.Store(&Loaded{Policy: policy, At: w.now()})
	observer.PolicyLoaded(w.Current())
	return w, nil
}

// Current is the policy in force.
func (w *Watcher) Current() Loaded { return *w.state.Load() }

// Run follows the files until the context ends.
func (w *Watcher) Run(ctx context.Context) {
	ticker := time.NewTicker(w.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.Poll()
		}
	}
}

// Poll looks at the files once. Content decides: neither their times nor their sizes are trusted to tell of a change.
func (w *Watcher) Poll() {
	was := w.Current()
	files, err := read(w.path)
	switch {
	case unsettled(err):
		return // whoever is writing is not done; the next look sees the whole
	case err == nil && Digest(files) == was.Digest:
		if was.Problem != nil {
			w.install(Loaded{Policy: was.Policy, At: was.At})
		}
		return
	case err == nil:
		var policy *Policy
		if policy, err = Parse(files); err == nil {
			w.install(Loaded{Policy: policy, At: w.now()})
			return
		}
	}
	w.refuse(was, err)
}

func (w *Watcher) install(now Loaded) {
	w.state.Store(&now)
	w.observer.PolicyLoaded(now)
}

func (w *Watcher) refuse(was Loaded, err error) {
	var problem *Error
	if !errors.As(err, &problem) {
		problem = &Error{Code: Unreadable, Message: err.Error()}
	}
	again := was.Problem != nil && was.Problem.Error() == problem.Error()
	if again && w.now().Sub(w.told) < reminder {
		return
	}
	w.told = w.now()
	was.Problem = problem
	w.state.Store(&was)
	w.observer.PolicyRefused(was)
}

func unsettled(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Code == Unsettled
}
