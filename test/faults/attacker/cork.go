package main

import (
	"net"
	"sync"
)

// A connection that can keep back what is written, to send many small records in few packets.
type cork struct {
	net.Conn
	lock    sync.Mutex
	in      bool
	waiting []byte
}

func (c *cork) Write(bytes []byte) (int, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.waiting = append(c.waiting, bytes...)
	if c.in && len(c.waiting) < blockBytes {
		return len(bytes), nil
	}
	return len(bytes), c.flush()
}

func (c *cork) set(in bool) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.in = in
	return c.flush()
}

func (c *cork) flush() error {
	_, err := c.Conn.Write(c.waiting)
	c.waiting = c.waiting[:0]
	return err
}
