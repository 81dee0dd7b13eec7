package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/nexusctl/nexusctl/authorizer"
)

// authority is a CA that the test makes and uses.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

var serial = big.NewInt(1)

func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial.Add(serial, big.NewInt(1))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).Set(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{certificate, key, filepath.Join(dir, name+".pem")}
	writePEM(t, a.file, "CERTIFICATE", der)
	return a
}

// issue makes a certificate for both ends of a connection, as files and for this process.
func (a *authority) issue(t *testing.T, dir, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial.Add(serial, big.NewInt(1))
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: new(big.Int).Set(serial), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, name+".crt"), "CERTIFICATE", der)
	writePEM(t, filepath.Join(dir, name+".key"), "PRIVATE KEY", secret)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// issuer signs tokens, and its key is in the set that the server reads.
type issuer struct{ key *rsa.PrivateKey }

func newIssuer(t *testing.T, path string) issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "kid": "test", "alg": "RS256", "use": "sig",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, set, 0o600); err != nil {
		t.Fatal(err)
	}
	return issuer{key}
}

func (i issuer) token(t *testing.T, subject string, permissions ...string) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	body := part(map[string]string{"alg": "RS256", "typ": "JWT", "kid": "test"}) + "." +
		part(map[string]any{"sub": subject, "permissions": permissions, "exp": time.Now().Add(time.Hour).Unix()})
	sum := sha256.Sum256([]byte(body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return body + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// TestSecured: mutual TLS with a CA for clients and one for nodes, tokens with roles, and a policy: the set-up in which
// nothing has to be allowed by a flag.
func TestSecured(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	l := newLayout(t)
	clients, nodes := newAuthority(t, l.dir, "clients-ca"), newAuthority(t, l.dir, "nodes-ca")
	clients.issue(t, l.dir, "frontend.test")
	nodes.issue(t, l.dir, "node.test")
	at := func(name string) string { return filepath.Join(l.dir, name) }
	l.tls = fmt.Sprintf(`  tls:
    internode:
      server: { certFile: %q, keyFile: %q, requireClientAuth: true, clientCaFiles: [%q] }
      client: { serverName: node.test, rootCaFiles: [%q] }
    frontend:
      server: { certFile: %q, keyFile: %q, requireClientAuth: true, clientCaFiles: [%q] }
      client: { serverName: frontend.test, rootCaFiles: [%q] }
`, at("node.test.crt"), at("node.test.key"), nodes.file, nodes.file, at("frontend.test.crt"), at("frontend.test.key"), clients.file, clients.file)
	issuer := newIssuer(t, at("jwks.json"))
	l.authorization = fmt.Sprintf(`  authorization:
    jwtKeyProvider: { keySourceURIs: ["file://%s"], refreshInterval: 1m }
    permissionsClaimName: permissions
    authorizer: default
    claimMapper: default
`, at("jwks.json"))
	l.put(t, at("nexus-policy.json"), `{"version":1,"default":"deny","endpoints":{"billing":{"callers":[{"namespace":"caller-ok"}]}}}`)

	tenant := &tls.Config{RootCAs: clients.pool(), ServerName: "frontend.test", Certificates: []tls.Certificate{clients.issue(t, l.dir, "tenant.test")}}
	admin := l.run(t, tenant, issuer.token(t, "admin", "temporal-system:admin"), "--nexus-policy", at("nexus-policy.json"))
	admin.namespaces(t, "caller-ok", "caller-denied", "handler")
	billing := admin.endpoint(t, "billing", workerTarget("handler", "tasks"))
	as := func(subject string, permissions ...string) *server {
		other := *admin
		other.workflow, other.operator = l.dial(t, tenant, issuer.token(t, subject, permissions...))
		return &other
	}
	worker := as("handler", "handler:write").handle(t, "handler", "tasks")
	allowed, denied := as("orders", "caller-ok:write"), as("mallory", "caller-denied:write")

	if got := strings.Join(denied.announced(t).Get(authorizer.HeaderState), "|"); got != authorizer.StateEnforced {
		t.Errorf("the server says %q", got)
	}
	if got := allowed.do(t, call{caller: "caller-ok", endpoint: "billing", service: "secured"}); !got.completed() {
		t.Fatalf("a listed caller over mutual TLS: %v", got)
	}
	if got := denied.do(t, call{caller: "caller-denied", endpoint: "billing", service: "secured", header: map[string]string{"Nexus-Link": forged("caller-ok")}}); got.message != sentence("caller-denied", "billing") {
		t.Errorf("a caller that is not listed: %v", got)
	}
	var refused metadata.MD
	if _, err := denied.workflow.StartWorkflowExecution(t.Context(), &workflowservice.StartWorkflowExecutionRequest{Namespace: "caller-ok", WorkflowId: "x", RequestId: "x"}, grpc.Header(&refused)); status.Code(err) != codes.PermissionDenied {
		t.Errorf("acting in another namespace: %v", err)
	}
	if got := refused.Get(authorizer.HeaderDigest); len(got) != 1 {
		t.Errorf("a refusal by the stock authorizer carries the digest %d times", len(got))
	}

	path := fmt.Sprintf("/nexus/endpoints/%s/services/direct/sync", billing.GetId())
	byQueue := "/namespaces/handler/task-queues/tasks/nexus-services/direct/sync"
	for _, holder := range []struct{ who, token string }{
		{"the handler's own token", issuer.token(t, "handler", "handler:write")},
		{"an administrator", issuer.token(t, "admin", "temporal-system:admin")},
		{"a token whose subject is internal", issuer.token(t, "internal", "temporal-system:admin")},
	} {
		header := map[string]string{"Authorization": "Bearer " + holder.token}
		for _, path := range []string{path, byQueue} {
			code, body := admin.post(t, admin.httpClient, l.http, path, forged("caller-ok"), header)
			t.Logf("%s, %s: %d %s", holder.who, path, code, body)
			if code != http.StatusForbidden {
				t.Errorf("%s, %s: %d %s", holder.who, path, code, body)
			}
		}
	}

	// The internal frontend gives whoever reaches it the claims of the server: both its ports must want a node's certificate.
	skip := tenant.Clone()
	skip.InsecureSkipVerify = true
	tenantHTTP := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: skip}}
	code, body := admin.post(t, tenantHTTP, l.internalHTTP, path, forged("caller-ok"), nil)
	t.Logf("the internal frontend's HTTP port with a tenant's certificate: %d %s", code, body)
	if code != 0 || !strings.Contains(body, "certificate") {
		t.Errorf("the internal frontend's HTTP port took a tenant's certificate: %d %s", code, body)
	}
	node := skip.Clone()
	node.Certificates = []tls.Certificate{nodes.issue(t, l.dir, "node2.test")}
	nodeHTTP := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: node}}
	if code, body := admin.post(t, nodeHTTP, l.internalHTTP, path, forged("caller-denied"), nil); code != http.StatusForbidden || !strings.Contains(body, "not on the allowlist") {
		t.Errorf("the internal frontend's HTTP port with a node's certificate: %d %s", code, body)
	}
	internal := *l
	internal.frontend = l.internal
	byGRPC, _ := internal.dial(t, skip, "")
	if _, err := byGRPC.GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{}); status.Code(err) != codes.Unavailable {
		t.Errorf("the internal frontend's gRPC port took a tenant's certificate: %v", err)
	}
	if worker.reached("direct") != 0 {
		t.Fatal("a direct call reached the handler")
	}
}
