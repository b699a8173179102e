package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// One connection, from its opening until it is closed.
type connection struct {
	*attack
	number int
}

const (
	openTimeout = 10 * time.Second
	blockBytes  = 64 * 1024
)

// The least that a client can do: the other side should be what the machine is busy with.
var tlsConfig = &tls.Config{InsecureSkipVerify: true, CurvePreferences: []tls.CurveID{tls.X25519}}

// What a client says first.
func clientHello() []byte {
	client, server := net.Pipe()
	defer server.Close()
	go tls.Client(client, tlsConfig).Handshake()
	hello := make([]byte, 4096)
	length, _ := server.Read(hello)
	return hello[:length]
}

func (c connection) run(ctx context.Context, onOpen func()) {
	select {
	case c.opening <- struct{}{}:
	case <-ctx.Done():
		return
	}
	raw, conn, err := c.open(ctx)
	<-c.opening
	onOpen()
	if err != nil {
		c.report.failed(ctx)
		return
	}
	began := time.Now()
	c.report.opened()
	spoken, gone := context.WithCancel(ctx)
	defer context.AfterFunc(spoken, func() { raw.Close() })()
	answers := make(chan struct{}, 1)
	var ours atomic.Bool
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer gone()
		c.read(conn, answers)
	}()
	c.speak(spoken, raw, conn, answers)
	if c.Then == "hold" {
		<-spoken.Done()
	}
	ours.Store(spoken.Err() == nil || ctx.Err() != nil)
	conn.Close()
	<-read
	c.report.closed(!ours.Load(), time.Since(began))
}

// The connection, and what to speak over: itself, or TLS over it.
func (c connection) open(ctx context.Context) (*cork, net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	dialer := net.Dialer{
		LocalAddr: &net.TCPAddr{IP: net.ParseIP(c.From[c.number%len(c.From)])},
		Control:   bindLate,
	}
	conn, err := dialer.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return nil, nil, err
	}
	raw := &cork{Conn: conn}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	switch c.TLS {
	case "half":
		if _, err = raw.Write(c.hello); err == nil {
			// By its answer the other side has taken the connection.
			_, err = io.ReadFull(raw, make([]byte, 1))
		}
	case "full":
		secure := tls.Client(raw, tlsConfig)
		if err = secure.HandshakeContext(ctx); err == nil {
			return raw, secure, nil
		}
	}
	if err != nil {
		conn.Close()
	}
	return raw, raw, err
}

// Has Linux choose the port once the other side is known (IP_BIND_ADDRESS_NO_PORT): there are then enough of them.
func bindLate(_, _ string, raw syscall.RawConn) error {
	if runtime.GOOS != "linux" {
		return nil
	}
	return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, 24, 1) })
}

// Reads answers, and counts them, until the connection ends; what is no HTTP is only read.
func (c connection) read(conn net.Conn, answers chan<- struct{}) {
	reader := bufio.NewReader(conn)
	for c.TLS != "half" {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			break
		}
		io.Copy(io.Discard, answer.Body)
		c.report.answered(answer.StatusCode)
		select {
		case answers <- struct{}{}:
		default:
		}
	}
	io.Copy(io.Discard, reader)
}

// Says the script, once or until the connection ends.
func (c connection) speak(ctx context.Context, raw *cork, conn net.Conn, answers <-chan struct{}) {
	script := c.Scripts[c.number%len(c.Scripts)]
	for first := true; first || c.Then == "repeat"; first = false {
		for _, step := range script {
			if !c.say(ctx, raw, conn, step, answers) {
				return
			}
		}
	}
}

// Whether there is more to say.
func (c connection) say(ctx context.Context, raw *cork, conn net.Conn, s step, answers <-chan struct{}) bool {
	if !sleep(ctx, s.AfterMs) {
		return false
	}
	if s.Piece > 0 {
		raw.set(true)
		for range max(s.Times, 1) {
			for piece := range slices.Chunk([]byte(s.Text), s.Piece) {
				if _, err := conn.Write(piece); err != nil {
					return false
				}
			}
		}
		raw.set(false)
	} else if s.EveryMs == 0 {
		if !writeTimes(conn, s.Text, max(s.Times, 1)) {
			return false
		}
	} else {
		for range s.Times {
			if _, err := io.WriteString(conn, s.Text); err != nil || !sleep(ctx, s.EveryMs) {
				return false
			}
		}
	}
	if s.Answer {
		select {
		case <-answers:
		case <-ctx.Done():
			return false
		}
	}
	if s.Meet > 0 {
		return c.meeting.wait(ctx, s.Meet)
	}
	return true
}

// Writes a text so many times, in blocks.
func writeTimes(conn net.Conn, text string, times int) bool {
	if text == "" {
		return true
	}
	block := max(1, min(times, blockBytes/len(text)))
	full := strings.Repeat(text, block)
	for ; times > 0; times -= block {
		if _, err := io.WriteString(conn, full[:len(text)*min(times, block)]); err != nil {
			return false
		}
	}
	return true
}
