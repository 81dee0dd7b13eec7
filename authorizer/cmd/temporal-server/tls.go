package main

import (
	"crypto/tls"
	"net"
	"slices"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/rpc/encryption"
)

// guardInternalPort makes the HTTP port of the internal frontend speak internode TLS. The stock server uses the
// frontend's settings there: then every client's certificate would do, and history, which calls it with the internode
// client settings, often could not connect at all.
func guardInternalPort(stock encryption.TLSConfigProvider, cfg *config.Config, services []string) encryption.TLSConfigProvider {
	internal, configured := cfg.Services[string(primitives.InternalFrontendService)]
	if !configured || internal.RPC.HTTPPort == 0 || !slices.Contains(services, string(primitives.InternalFrontendService)) {
		return stock
	}
	return internalPortGuard{stock, internal.RPC.HTTPPort}
}

type internalPortGuard struct {
	encryption.TLSConfigProvider
	port int
}

func (g internalPortGuard) GetFrontendServerConfig() (*tls.Config, error) {
	frontend, err := g.TLSConfigProvider.GetFrontendServerConfig()
	if err != nil || frontend == nil {
		return frontend, err
	}
	internode, err := g.TLSConfigProvider.GetInternodeServerConfig()
	if err != nil || internode == nil {
		return frontend, err
	}
	byHost := frontend.GetConfigForClient
	guarded := frontend.Clone()
	guarded.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if local, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok && local.Port == g.port {
			return internode, nil
		}
		if byHost == nil {
			return nil, nil
		}
		return byHost(hello)
	}
	return guarded, nil
}
