// Package main is a TLS server for the fault lab, with Go's own judgement of client certificates. Its one argument is a
// JSON object (see config); it prints its port and then answers gRPC calls as a small Temporal frontend does.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

type config struct {
	Cert, Key string
	// ClientCA is the file of the authorities that are accepted, and named to the client.
	ClientCA string
	// ClientAuth is none, request, require-any, verify-if-given or require-and-verify.
	ClientAuth string
	// Min and Max are 1.0 to 1.3.
	Min, Max string
	ALPN     []string
	// Ciphers are names of crypto/tls, for TLS 1.2.
	Ciphers []string
	// Refuse is the word with which a check of the server's own ends the handshake; empty: there is none.
	Refuse string
	// OnlyName is the one server name that there is a certificate for; empty: all.
	OnlyName string
}

var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

var clientAuths = map[string]tls.ClientAuthType{
	"none": tls.NoClientCert, "request": tls.RequestClientCert, "require-any": tls.RequireAnyClientCert,
	"verify-if-given": tls.VerifyClientCertIfGiven, "require-and-verify": tls.RequireAndVerifyClientCert,
}

func main() {
	var given config
	must(json.Unmarshal([]byte(os.Args[1]), &given))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	server := &http.Server{
		Handler:   http.HandlerFunc(answer),
		TLSConfig: tlsConfig(given),
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	// net/http refuses HTTP/2 where the ciphers that it wants are missing.
	if len(given.ALPN) == 0 || given.ALPN[0] != "h2" || len(given.Ciphers) > 0 {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// Without this listener of its own ServeTLS would add the protocols that net/http wants.
	must(server.Serve(tls.NewListener(listener, server.TLSConfig)))
}

func tlsConfig(given config) *tls.Config {
	pair, err := tls.LoadX509KeyPair(given.Cert, given.Key)
	must(err)
	made := &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   given.ALPN,
		ClientAuth:   clientAuths[given.ClientAuth],
		MinVersion:   versions[given.Min],
		MaxVersion:   versions[given.Max],
	}
	if given.ClientCA != "" {
		made.ClientCAs = x509.NewCertPool()
		pem, err := os.ReadFile(given.ClientCA)
		must(err)
		made.ClientCAs.AppendCertsFromPEM(pem)
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, name := range given.Ciphers {
			if suite.Name == name {
				made.CipherSuites = append(made.CipherSuites, suite.ID)
			}
		}
	}
	if given.Refuse != "" {
		made.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error { return errors.New(given.Refuse) }
	}
	if given.OnlyName != "" {
		made.Certificates = nil
		made.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName != given.OnlyName {
				return nil, errors.New("no certificate for " + hello.ServerName)
			}
			return &pair, nil
		}
	}
	return made
}

// The replies are frames of gRPC: GetSystemInfo with a version and the Nexus capability, DescribeNamespace of `default`,
// and an empty list of endpoints.
var replies = map[string]string{
	"GetSystemInfo":      "\x00\x00\x00\x00\x0c\x0a\x06\x31\x2e\x32\x39\x2e\x31\x12\x02\x58\x01",
	"DescribeNamespace":  "\x00\x00\x00\x00\x12\x0a\x10\x0a\x07default\x10\x01\x32\x03id1",
	"ListNexusEndpoints": "\x00\x00\x00\x00\x00",
}

func answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	reply, known := replies[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	if !known {
		w.Header().Set("Grpc-Status", "12")
		w.Header().Set("Grpc-Message", "unknown method")
		return
	}
	_, _ = io.WriteString(w, reply)
	w.Header().Set("Grpc-Status", "0")
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
