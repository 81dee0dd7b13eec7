// Package policy reads nexus-policy.json, the allowlist of a self-hosted Temporal cluster, and answers from it.
//
// The format is described in schemas/nexus-policy.schema.json of this repository. nexusctl writes it and reads it with
// a reader of its own; test/fixtures/policy-cases.json holds both readers to the same verdicts and the same refusals.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"
)

// SystemEndpoint is the server's own endpoint. No policy applies to it, so none may name it.
const SystemEndpoint = "__temporal_system"

// MaxBytes bounds all files of a policy together.
const MaxBytes = 64 << 20

// Reason is the ground of a verdict.
type Reason string

const (
	Listed       Reason = "LISTED"
	DefaultAllow Reason = "DEFAULT_ALLOW"
	DefaultDeny  Reason = "DEFAULT_DENY"
	NotListed    Reason = "NOT_LISTED"
	Expired      Reason = "EXPIRED"
	Blocked      Reason = "BLOCKED"
	IDMismatch   Reason = "ID_MISMATCH"
)

// Verdict answers "may this namespace call this endpoint".
type Verdict struct {
	Allowed bool
	Reason  Reason
}

// Endpoint is what is asked about. ID may be empty when it is not known: then pins say nothing.
type Endpoint struct {
	Name string
	ID   string
}

// Policy is a policy as read from its files. It never changes, so it may be used by any number of goroutines.
type Policy struct {
	// Digest is the SHA-256 that the schema defines, in lower-case hex.
	Digest string
	// DefaultAllow is the answer for endpoints without an entry.
	DefaultAllow bool
	endpoints    map[string]*entry
	pins         map[string]string // id → name of the endpoint that it is pinned to
	callers      int
}

type entry struct {
	id      string
	callers map[string]int64 // namespace → end in Unix milliseconds; that millisecond no longer counts
	blocked map[string]struct{}
}

const forever = math.MaxInt64

// Check gives the verdict for one caller namespace at one time. Names compare as bytes.
func (p *Policy) Check(endpoint Endpoint, caller string, now time.Time) Verdict {
	if endpoint.ID != "" {
		if name, pinned := p.pins[endpoint.ID]; pinned && name != endpoint.Name {
			return Verdict{false, IDMismatch}
		}
	}
	e, listed := p.endpoints[endpoint.Name]
	if !listed {
		if p.DefaultAllow {
			return Verdict{true, DefaultAllow}
		}
		return Verdict{false, DefaultDeny}
	}
	if e.id != "" && endpoint.ID != "" && e.id != endpoint.ID {
		return Verdict{false, IDMismatch}
	}
	if _, blocked := e.blocked[caller]; blocked {
		return Verdict{false, Blocked}
	}
	end, known := e.callers[caller]
	if !known {
		return Verdict{false, NotListed}
	}
	if now.UnixMilli() >= end {
		return Verdict{false, Expired}
	}
	return Verdict{true, Listed}
}

// Restricts tells whether the policy can refuse anybody a call to this endpoint. Without its id nobody knows whether it
// is one that is pinned under another name.
func (p *Policy) Restricts(endpoint Endpoint) bool {
	if !p.DefaultAllow {
		return true
	}
	if _, pinned := p.pins[endpoint.ID]; pinned || (endpoint.ID == "" && len(p.pins) > 0) {
		return true
	}
	_, listed := p.endpoints[endpoint.Name]
	return listed
}

// Pins tells whether the verdict for this endpoint needs its id.
func (p *Policy) Pins(name string) bool {
	e, listed := p.endpoints[name]
	return (listed && e.id != "") || (p.DefaultAllow && len(p.pins) > 0)
}

// Restricting tells whether the policy can refuse anybody anything.
func (p *Policy) Restricting() bool { return !p.DefaultAllow || len(p.endpoints) > 0 }

// Endpoints is the number of entries, Callers that of all callers in them.
func (p *Policy) Endpoints() int { return len(p.endpoints) }
func (p *Policy) Callers() int   { return p.callers }

// File is one file of a policy.
type File struct {
	Name string
	Text []byte
}

// IsPolicyFile tells whether a file of a policy folder belongs to the policy.
func IsPolicyFile(name string) bool {
	return strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".")
}

// Parse reads a whole policy: all of it is right, or all of it is refused with an *Error.
func Parse(files []File) (*Policy, error) {
	if len(files) == 0 {
		return nil, &Error{Code: NoFiles, Message: "the policy folder holds no .json file"}
	}
	size := 0
	for _, file := range files {
		size += len(file.Text)
	}
	if size > MaxBytes {
		return nil, &Error{Code: TooLarge, Message: "the policy is larger than 64 MiB"}
	}
	p := &Policy{Digest: Digest(files), endpoints: map[string]*entry{}, pins: map[string]string{}}
	for i, file := range files {
		root, err := parseJSON(file.Text)
		if err == nil {
			err = p.add(root, i == 0)
		}
		if err != nil {
			return nil, err.place(file.Name, file.Text)
		}
	}
	return p, nil
}

// Digest is the SHA-256 of the file, or over the sorted digests of the files of a folder. Names do not count: the same
// policy has the same digest under whatever name a server mounts it.
func Digest(files []File) string {
	sums := make([]string, len(files))
	for i, file := range files {
		sum := sha256.Sum256(file.Text)
		sums[i] = hex.EncodeToString(sum[:])
	}
	if len(sums) == 1 {
		return sums[0]
	}
	slices.Sort(sums)
	sum := sha256.Sum256([]byte(strings.Join(sums, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}
