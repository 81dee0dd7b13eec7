package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStartRefuses: a server that could not enforce its policy does not start, and says why.
func TestStartRefuses(t *testing.T) {
	const restricting = `{"version":1,"default":"deny"}`
	allowed := []string{"--nexus-allow-unmapped-claims", "--nexus-allow-open-internal-frontend"}
	for _, c := range []struct {
		name   string
		layout func(*layout)
		policy string // text of the policy file; empty: none is written
		mode   os.FileMode
		args   []string // after --nexus-policy FILE; nil: no policy is named
		want   string
	}{
		{"no policy named", nil, restricting, 0o600, nil, "no Nexus policy: name a file or folder with --nexus-policy (or NEXUS_POLICY)"},
		{"a missing policy", nil, "", 0, allowed, "cannot be read: no such file or directory"},
		{"a broken policy", nil, `{"version":1}`, 0o600, allowed, `the policy needs the key "default" (MISSING_KEY)`},
		{"a policy that others can write", nil, restricting, 0o666, allowed, "can be written by others (mode 0666); run: chmod go-w"},
		{"claims are not mapped", nil, restricting, 0o600, allowed[1:], "anybody can act in an allowed caller namespace"},
		{"an open internal frontend", nil, restricting, 0o600, allowed[:1], "the internal frontend can be reached without a client certificate"},
		{"an authorizer without a claim mapper", func(l *layout) { l.authorization = "  authorization: { authorizer: default }\n" }, restricting, 0o600, allowed[1:], "are not both set"},
		{"no internal frontend", func(l *layout) { l.noInternal = true }, restricting, 0o600, allowed, "services.internal-frontend is not configured"},
		{"an internal frontend without HTTP", func(l *layout) { l.noInternalHTTPPort = true }, restricting, 0o600, allowed, "httpPort is not set"},
		{"internode certificates without the frontend's TLS", func(l *layout) {
			l.tls = "  tls: { internode: { server: { certFile: a, keyFile: b, requireClientAuth: true, clientCaFiles: [c] } } }\n"
		}, restricting, 0o600, allowed[:1], "the internal frontend can be reached without a client certificate"},
		{"an interval that is too long", nil, restricting, 0o600, append([]string{"--nexus-policy-interval", "10m"}, allowed...), "must be between 10ms and 1m"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLayout(t)
			if c.layout != nil {
				c.layout(l)
			}
			path := filepath.Join(l.dir, "nexus-policy.json")
			if c.policy != "" {
				l.put(t, path, c.policy)
				if err := os.Chmod(path, c.mode); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"--config-file", l.write(t), "start"}
			if c.args != nil {
				args = append(append(args, "--nexus-policy", path), c.args...)
			}
			output, code := runToEnd(t, args...)
			if code != 1 || !strings.Contains(output, c.want) {
				t.Fatalf("exit %d, said:\n%s", code, output)
			}
		})
	}
}

func TestCheckPolicy(t *testing.T) {
	l := newLayout(t)
	path := filepath.Join(l.dir, "nexus-policy.json")
	l.put(t, path, openPolicy)
	output, code := runToEnd(t, "check-policy", path)
	if code != 0 || !strings.Contains(output, "  4 endpoints, 5 callers\n") {
		t.Fatalf("exit %d: %s", code, output)
	}
	l.put(t, path, openPolicy+"x")
	output, code = runToEnd(t, "check-policy", path)
	if code != 1 || !strings.Contains(output, "something after the end of the policy (SYNTAX)") {
		t.Fatalf("exit %d: %s", code, output)
	}
}

// TestOff: a server that was told to enforce nothing is the stock server, and says so.
func TestOff(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	l := newLayout(t)
	l.noInternal = true
	s := l.run(t, nil, "", "--nexus-policy", "off")
	if got := strings.Join(s.announced(t).Get("nexusctl-policy-state"), "|"); got != "off" {
		t.Fatalf("says %q", got)
	}
}

func runToEnd(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	command := child(ctx, args...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	said := &syncBuffer{}
	command.Stdout, command.Stderr = said, said
	_ = command.Run()
	return said.String(), command.ProcessState.ExitCode()
}
