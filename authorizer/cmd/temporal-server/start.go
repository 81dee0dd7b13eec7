package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/build"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/rpc/encryption"
	"go.temporal.io/server/temporal"
	"google.golang.org/grpc"

	"github.com/nexusctl/nexusctl/authorizer"
	"github.com/nexusctl/nexusctl/authorizer/policy"
)

func start(c *cli.Context) error {
	if c.Args().Len() > 0 {
		return errors.New("start takes no arguments; name services with --service")
	}
	cfg, err := loadConfig(c)
	if err != nil {
		return err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(cfg.Log))
	logger.Info("Build info.", tag.String("server-version", headers.ServerVersion), tag.String("go-version", build.InfoData.GoVersion))
	meter, err := metrics.MetricsHandlerFromConfig(logger, cfg.Global.Metrics)
	if err != nil {
		return fmt.Errorf("cannot set up metrics: %w", err)
	}
	tls, err := encryption.NewTLSConfigProviderFromConfig(cfg.Global.TLS, meter, logger, nil)
	if err != nil {
		return fmt.Errorf("cannot set up TLS: %w", err)
	}
	access, err := stockAccess(cfg, logger, c.Bool("allow-no-auth"))
	if err != nil {
		return err
	}
	services := servicesOf(c, cfg)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	enforcement, err := enforce(ctx, c, cfg, services, access.authorizer, logger, meter)
	if err != nil {
		return err
	}
	server, err := temporal.NewServer(
		temporal.ForServices(services),
		temporal.WithConfig(cfg),
		temporal.WithLogger(logger),
		temporal.WithCustomMetricsHandler(meter),
		temporal.WithTLSConfigFactory(guardInternalPort(tls, cfg, services)),
		temporal.InterruptOn(temporal.InterruptCh()),
		temporal.WithAuthorizer(enforcement.authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return access.claims }),
		temporal.WithAudienceGetter(func(*config.Config) authorization.JWTAudienceMapper { return access.audience }),
		temporal.WithChainedFrontendGrpcInterceptors(enforcement.interceptor),
	)
	if err != nil {
		return fmt.Errorf("cannot create the server: %w", err)
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("cannot start the server: %w", err)
	}
	return nil
}

// enforcement is what the frontends are given: the policy's, or the stock ones with word that nothing is enforced.
type enforcement struct {
	authorizer  authorization.Authorizer
	interceptor grpc.UnaryServerInterceptor
}

func enforce(ctx context.Context, c *cli.Context, cfg *config.Config, services []string, base authorization.Authorizer, logger log.Logger, meter metrics.Handler) (enforcement, error) {
	path := c.String(flagPolicy)
	if !hasFrontend(services) || path == policyOff {
		if path == policyOff {
			logger.Warn("No Nexus policy is enforced: every namespace may call every endpoint")
		}
		return enforcement{base, authorizer.AnnounceOff}, nil
	}
	if path == "" {
		return enforcement{}, fmt.Errorf("no Nexus policy: name a file or folder with --%s (or %s), or say --%s %s", flagPolicy, envPolicy, flagPolicy, policyOff)
	}
	watcher, err := policy.Watch(path, c.Duration(flagInterval), &authorizer.Observer{Logger: logger, Metrics: meter})
	if err != nil {
		return enforcement{}, fmt.Errorf("the Nexus policy cannot be used: %w", err)
	}
	found := standing{config: cfg, restricting: watcher.Current().Restricting()}
	if err := found.refuse(c.Bool(flagUnmapped), c.Bool(flagOpenInternal)); err != nil {
		return enforcement{}, err
	}
	for _, warning := range found.warnings() {
		logger.Warn(warning)
	}
	enforcer := authorizer.New(authorizer.Options{
		Policy: watcher.Current, Base: base, Logger: logger, Metrics: meter,
		CallersAuthenticated:   found.callersAuthenticated(),
		DivertTo:               c.String(flagDivert),
		DivertOnly:             c.StringSlice(flagDivertOnly),
		AllowTaskQueueDispatch: c.Bool(flagTaskQueue),
	})
	go watcher.Run(ctx)
	go enforcer.PublishAge(ctx, 5*time.Second)
	return enforcement{enforcer, enforcer.Intercept}, nil
}

// access is the stock access control, as the configuration asks for it.
type access struct {
	authorizer authorization.Authorizer
	claims     authorization.ClaimMapper
	audience   authorization.JWTAudienceMapper
}

func stockAccess(cfg *config.Config, logger log.Logger, quiet bool) (access, error) {
	var found access
	var err error
	if found.authorizer, err = authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization); err != nil {
		return found, err
	}
	if authorization.IsNoopAuthorizer(found.authorizer) && !quiet {
		logger.Warn("No authorizer is configured: whoever can connect may do everything. --allow-no-auth silences this")
	}
	if found.claims, err = authorization.GetClaimMapperFromConfig(&cfg.Global.Authorization, logger); err != nil {
		return found, err
	}
	found.audience, err = authorization.GetAudienceMapperFromConfig(&cfg.Global.Authorization)
	return found, err
}

func loadConfig(c *cli.Context) (*config.Config, error) {
	folder := c.IsSet("config") || c.IsSet("env") || c.IsSet("zone") || c.IsSet("root")
	var cfg *config.Config
	var err error
	switch {
	case c.IsSet("config-file") && folder:
		return nil, errors.New("--config-file goes without --config, --env, --zone and --root")
	case c.IsSet("config-file"):
		cfg, err = config.Load(config.WithConfigFile(c.String("config-file")))
	case folder:
		cfg, err = config.Load(
			config.WithEnv(c.String("env")),
			config.WithConfigDir(path.Join(c.String("root"), c.String("config"))),
			config.WithZone(c.String("zone")),
		)
	default:
		cfg, err = config.Load(config.WithEmbedded())
	}
	if err != nil {
		return nil, fmt.Errorf("cannot load the configuration: %w", err)
	}
	return cfg, nil
}

// servicesOf gives the services to start. The internal frontend is started too where it is configured: without it, the
// calls of the server itself cannot be told from anybody else's.
func servicesOf(c *cli.Context, cfg *config.Config) []string {
	if c.IsSet("services") {
		return strings.Split(c.String("services"), ",")
	}
	services := c.StringSlice("service")
	internal := string(primitives.InternalFrontendService)
	if _, configured := cfg.Services[internal]; configured && !c.IsSet("service") {
		services = append(services, internal)
	}
	return services
}

func hasFrontend(services []string) bool {
	return slices.Contains(services, string(primitives.FrontendService)) || slices.Contains(services, string(primitives.InternalFrontendService))
}
