// Package main connects with the Go SDK as a worker does, by one job a line on stdin: an id, the variables that the SDK's
// environment configuration reads, and a limit. It answers each with a line: whether it connected, what it said
// otherwise, and how long it took. Jobs run side by side. It ends when stdin does.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
)

type job struct {
	ID        int
	Env       map[string]string
	TimeoutMs int
}

type result struct {
	ID       int     `json:"id"`
	Connects bool    `json:"connects"`
	Text     string  `json:"text"`
	Ms       float64 `json:"ms"`
}

// variables is the environment of one job.
type variables map[string]string

func (v variables) Environ() []string {
	all := make([]string, 0, len(v))
	for name, value := range v {
		all = append(all, name+"="+value)
	}
	return all
}

func (v variables) LookupEnv(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func main() {
	var out sync.Mutex
	var running sync.WaitGroup
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var given job
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			panic(err)
		}
		running.Go(func() {
			answer := run(given)
			line, err := json.Marshal(answer)
			if err != nil {
				panic(err)
			}
			out.Lock()
			defer out.Unlock()
			fmt.Println(string(line))
		})
	}
}

func run(given job) result {
	started := time.Now()
	err := connect(given)
	answer := result{ID: given.ID, Connects: err == nil, Text: "OK", Ms: float64(time.Since(started).Milliseconds())}
	if err != nil {
		answer.Text = err.Error()
	}
	return answer
}

func connect(given job) error {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: variables(given.Env)})
	if err != nil {
		return err
	}
	limit := time.Duration(given.TimeoutMs) * time.Millisecond
	options.Logger = silent{}
	options.ConnectionOptions.GetSystemInfoTimeout = limit
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	connected, err := client.DialContext(ctx, options)
	if err != nil {
		return err
	}
	connected.Close()
	return nil
}

type silent struct{}

var _ log.Logger = silent{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
