// Command temporal-server is the stock Temporal server, with all its configuration, that also enforces a Nexus policy.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // where the system has no time zone data, as in a small image

	"github.com/urfave/cli/v2"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/headers"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/mysql"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/temporal"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

func main() {
	if err := app().Run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "temporal-server:", err)
		os.Exit(1)
	}
}

func app() *cli.App {
	return &cli.App{
		Name:           "temporal-server",
		Usage:          "the Temporal server, with a Nexus policy enforced",
		Version:        headers.ServerVersion,
		ExitErrHandler: func(*cli.Context, error) {}, // main says it
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config-file", Usage: "configuration file", EnvVars: []string{config.EnvKeyConfigFile}},
			&cli.BoolFlag{Name: "allow-no-auth", Usage: "do not warn when there is no authorizer", EnvVars: []string{config.EnvKeyAllowNoAuth}},
			&cli.StringFlag{Name: "root", Aliases: []string{"r"}, Value: ".", Usage: "folder that --config is relative to (deprecated)", EnvVars: []string{config.EnvKeyRoot}},
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Value: "config", Usage: "configuration folder (deprecated)", EnvVars: []string{config.EnvKeyConfigDir}},
			&cli.StringFlag{Name: "env", Aliases: []string{"e"}, Value: "development", Usage: "environment (deprecated)", EnvVars: []string{config.EnvKeyEnvironment}},
			&cli.StringFlag{Name: "zone", Aliases: []string{"az"}, Usage: "availability zone (deprecated)", EnvVars: []string{config.EnvKeyAvailabilityZone, config.EnvKeyAvailabilityZoneTypo}},
		},
		Commands: []*cli.Command{startCommand(), renderConfigCommand(), validateDynamicConfigCommand(), checkPolicyCommand()},
	}
}

func startCommand() *cli.Command {
	return &cli.Command{
		Name:  "start",
		Usage: "start the server",
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{
				Name: "service", Aliases: []string{"svc"}, Value: cli.NewStringSlice(temporal.DefaultServices...), EnvVars: []string{"TEMPORAL_SERVICES"},
				Usage: "`SERVICE` to start, repeatable; internal-frontend too by default where it is configured",
			},
			&cli.StringFlag{Name: "services", Aliases: []string{"s"}, Hidden: true, Usage: "services separated by commas (deprecated)"},
		}, policyFlags()...),
		Action: start,
	}
}

func renderConfigCommand() *cli.Command {
	return &cli.Command{
		Name:  "render-config",
		Usage: "print the configuration as the server reads it",
		Action: func(c *cli.Context) error {
			cfg, err := loadConfig(c)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.App.Writer, cfg.String())
			return err
		},
	}
}

func validateDynamicConfigCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate-dynamic-config",
		Usage:     "check dynamic configuration files for unknown keys and wrong types",
		ArgsUsage: "FILE...",
		Action: func(c *cli.Context) error {
			wrong := 0
			for _, name := range c.Args().Slice() {
				text, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				result := dynamicconfig.LoadYamlFile(text)
				wrong += len(result.Errors)
				fmt.Fprintln(c.App.Writer, name)
				for _, err := range result.Errors {
					fmt.Fprintln(c.App.Writer, "  error:", err)
				}
				for _, warning := range result.Warnings {
					fmt.Fprintln(c.App.Writer, "  warning:", warning)
				}
			}
			if wrong > 0 {
				return fmt.Errorf("%d errors in dynamic configuration", wrong)
			}
			return nil
		},
	}
}

func checkPolicyCommand() *cli.Command {
	return &cli.Command{
		Name:      "check-policy",
		Usage:     "read a Nexus policy as the server would, and print its digest",
		ArgsUsage: "FILE-OR-FOLDER",
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return fmt.Errorf("check-policy takes one file or folder")
			}
			p, err := policy.Load(c.Args().First())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.App.Writer, "%s  %d endpoints, %d callers\n", p.Digest, p.Endpoints(), p.Callers())
			return err
		},
	}
}
