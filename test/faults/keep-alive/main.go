// A client with the transport that the API server has for webhooks (client-go/transport/cache.go and the defaults of
// apimachinery/pkg/util/net), but for the time that it keeps an idle connection. Its requests come just when that time is
// over, some a little before and some a little after it.
//
// It reads one JSON object from stdin, see `task`, and prints one, see `result`.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"time"
)

type task struct {
	URL    string
	CA     string
	Body   string
	IdleMs int
	EdgeMs int
	// How many clients there are side by side, each with connections of its own, and how many requests each sends.
	Clients  int
	Requests int
}

type result struct {
	Requests int `json:"requests"`
	// Those that went over a connection that had been idle.
	Reused   int      `json:"reused"`
	Failures []string `json:"failures"`
	mutex    sync.Mutex
}

func main() {
	var t task
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(t.CA))
	r := &result{Failures: []string{}}
	var clients sync.WaitGroup
	for i := 0; i < t.Clients; i++ {
		clients.Add(1)
		go func() {
			defer clients.Done()
			runClient(t, pool, r)
		}()
	}
	clients.Wait()
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

func runClient(t task, pool *x509.CertPool, r *result) {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
		MaxIdleConnsPerHost: 25,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		IdleConnTimeout:     time.Duration(t.IdleMs) * time.Millisecond,
	}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	// The first one opens a connection, and is not at the edge.
	send(client, t, nil)
	for i := 0; i < t.Requests; i++ {
		edge := time.Duration((2*rand.Float64() - 1) * float64(t.EdgeMs) * float64(time.Millisecond))
		time.Sleep(transport.IdleConnTimeout + edge)
		send(client, t, r)
	}
	transport.CloseIdleConnections()
}

func send(client *http.Client, t task, r *result) {
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	request, err := http.NewRequest("POST", t.URL, strings.NewReader(t.Body))
	if err == nil {
		request.Header.Set("Content-Type", "application/json")
		err = answered(client, request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	}
	if r == nil && err == nil {
		return
	}
	if r == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Requests++
	if reused {
		r.Reused++
	}
	if err != nil {
		r.Failures = append(r.Failures, err.Error())
	}
}

func answered(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}
