package policy

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"sort"
	"strings"
	"testing"
	"time"
)

// fixture is one case of the table that the TypeScript reader runs too.
type fixture struct {
	Name    string
	Files   map[string]json.RawMessage
	Now     time.Time
	Valid   bool
	Error   Code
	Digest  string
	Queries []struct {
		Endpoint, ID, Caller string
		Allowed              bool
		Reason               Reason
	}
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	text, err := os.ReadFile("../../test/fixtures/policy-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Cases []fixture }
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table.Cases
}

func (f fixture) files(t testing.TB) []File {
	t.Helper()
	var files []File
	for name, raw := range f.Files {
		if IsPolicyFile(name) {
			files = append(files, File{name, fileText(t, raw)})
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files
}

func fileText(t testing.TB, raw json.RawMessage) []byte {
	t.Helper()
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	var form struct {
		Base64 []byte
		Repeat string
		Times  int
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		t.Fatal(err)
	}
	if form.Times > 0 {
		return []byte(strings.Repeat(form.Repeat, form.Times))
	}
	return form.Base64
}

func TestSharedCases(t *testing.T) {
	cases := fixtures(t)
	if len(cases) < 200 {
		t.Fatalf("only %d cases: the table is not all there", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			p, err := Parse(c.files(t))
			if !c.Valid {
				var refused *Error
				if !errors.As(err, &refused) || refused.Code != c.Error {
					t.Fatalf("got %v, want %s", err, c.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Digest != c.Digest {
				t.Errorf("digest %s, want %s", p.Digest, c.Digest)
			}
			for _, q := range c.Queries {
				got := p.Check(Endpoint{q.Endpoint, q.ID}, q.Caller, c.Now)
				if got != (Verdict{q.Allowed, q.Reason}) {
					t.Errorf("%q (id %q) from %q: %v, want %v %v", q.Endpoint, q.ID, q.Caller, got, q.Allowed, q.Reason)
				}
			}
		})
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	text := "{\n  \"version\": 1,\n  \"default\": \"deny\",\n  \"endpoints\": {\n    \"billing\": { \"callers\": [{ \"namespace\": \"b\u0456lling*\" }] }\n  }\n}\n"
	_, err := Parse([]File{{"nexus-policy.json", []byte(text)}})
	want := `nexus-policy.json:5:45: namespace of a caller of endpoint "billing" looks like a pattern: callers are listed one by one (VALUE)`
	if err == nil || err.Error() != want {
		t.Fatalf("got  %v\nwant %s", err, want)
	}
}

func TestSizeIsBounded(t *testing.T) {
	_, err := Parse([]File{{"a.json", make([]byte, MaxBytes/2+1)}, {"b.json", make([]byte, MaxBytes/2)}})
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != TooLarge {
		t.Fatalf("got %v", err)
	}
}

// FuzzParse: the reader never panics, and whatever it takes, Go's own decoder takes too and sees the same in it.
func FuzzParse(f *testing.F) {
	for _, c := range fixtures(f) {
		for _, file := range c.files(f) {
			if len(file.Text) < 1<<12 {
				f.Add(file.Text)
			}
		}
	}
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte("text"))))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse([]File{{"fuzz.json", text}})
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Line < 1 || refused.Column < 1 {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		var other struct {
			Version   float64
			Default   string
			Endpoints map[string]struct {
				ID      string
				Callers []struct{ Namespace, Until string }
				Blocked []string
			}
		}
		if err := json.Unmarshal(text, &other); err != nil {
			t.Fatalf("taken, but not by encoding/json: %v", err)
		}
		if other.Version != 1 || p.DefaultAllow != (other.Default == "allow") || p.Endpoints() != len(other.Endpoints) {
			t.Fatalf("seen differently: %+v", other)
		}
		for name, e := range other.Endpoints {
			for _, caller := range e.Callers {
				got := p.Check(Endpoint{name, e.ID}, caller.Namespace, time.Unix(0, 0))
				if got.Reason == NotListed || got.Reason == DefaultDeny || got.Reason == DefaultAllow || got.Reason == IDMismatch {
					t.Fatalf("%q from %q: %v", name, caller.Namespace, got)
				}
			}
			for _, namespace := range e.Blocked {
				if got := p.Check(Endpoint{name, e.ID}, namespace, time.Unix(0, 0)); got.Allowed {
					t.Fatalf("blocked %q may call %q", namespace, name)
				}
			}
		}
	})
}
