package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const (
	headerBytes  = 16 // length, request id, answer to, operation: 32 bits each, little-endian
	messageBytes = 48 << 20
	opMsg        = 2013
	textType     = 2 // of a field in BSON
)

// Passes commands on to the database one at a time: FerretDB reads a document and writes it back in
// two steps, where MongoDB promises that a command on one document is atomic.
//
// Signal SIGUSR1 cuts every connection, as a change of primary does.
type gate struct {
	database string
	lose     int
	refuse   int32                             // the code of the error that answers every write, 0: none
	tally    *json.Encoder                     // where each command is written down, if anywhere; guarded by turn
	created  func(database, collection string) // called after createIndexes, before it is answered

	turn     sync.Mutex
	commands int // guarded by turn

	mutex sync.Mutex
	open  map[net.Conn]struct{} // guarded by mutex
}

func (g *gate) serve(listener net.Listener) error {
	g.open = map[net.Conn]struct{}{}
	cut := make(chan os.Signal, 1)
	signal.Notify(cut, syscall.SIGUSR1)
	go func() {
		for range cut {
			g.mutex.Lock()
			for client := range g.open {
				client.Close()
			}
			g.mutex.Unlock()
		}
	}()
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		g.mutex.Lock()
		g.open[client] = struct{}{}
		g.mutex.Unlock()
		go func() {
			g.relay(client)
			client.Close()
			g.mutex.Lock()
			delete(g.open, client)
			g.mutex.Unlock()
		}()
	}
}

// Until either side is gone.
func (g *gate) relay(client net.Conn) {
	database, err := net.Dial("tcp", g.database)
	if err != nil {
		return
	}
	defer database.Close()
	for {
		request, err := readMessage(client)
		if err != nil {
			return
		}
		answer, lost, err := g.ask(database, request)
		if err != nil || lost {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func (g *gate) ask(database net.Conn, request []byte) (answer []byte, lost bool, err error) {
	g.turn.Lock()
	defer g.turn.Unlock()
	command, collection := named(request)
	if g.refuse != 0 && isWrite(command) {
		return refusal(request, g.refuse), false, nil
	}
	began := time.Now()
	if _, err := database.Write(request); err != nil {
		return nil, false, err
	}
	if answer, err = readMessage(database); err != nil {
		return nil, false, err
	}
	if g.tally != nil {
		_ = g.tally.Encode(map[string]any{"command": command, "collection": collection,
			"us": time.Since(began).Microseconds()})
	}
	if command == "createIndexes" {
		g.created(databaseOf(request), collection)
	}
	if g.lose > 0 && isWork(command) {
		g.commands++
		lost = g.commands%g.lose == 0
	}
	return answer, lost, nil
}

// The command and the collection, as the first field of the body names them (after the header come
// 4 bytes of flags, 1 of section kind, 4 of length and 1 of type; a text has 4 bytes of length).
func named(message []byte) (command, collection string) {
	const name = headerBytes + 10
	if len(message) < name || binary.LittleEndian.Uint32(message[12:]) != opMsg {
		return "", ""
	}
	first, rest, _ := bytes.Cut(message[name:], []byte{0})
	if message[name-1] == textType && len(rest) > 4 {
		value, _, _ := bytes.Cut(rest[4:], []byte{0})
		collection = string(value)
	}
	return string(first), collection
}

// The database that a command is for.
func databaseOf(message []byte) string {
	_, rest, found := bytes.Cut(message, []byte("\x02$db\x00"))
	if !found || len(rest) < 4 {
		return ""
	}
	name, _, _ := bytes.Cut(rest[4:], []byte{0})
	return string(name)
}

func isWrite(command string) bool {
	switch command {
	case "insert", "update", "delete", "findAndModify":
		return true
	}
	return false
}

// Whether it is a command on documents.
func isWork(command string) bool {
	return isWrite(command) || command == "find"
}

// The answer {ok: 0, errmsg: "refused by the test", code: code} (https://bsonspec.org).
func refusal(request []byte, code int32) []byte {
	number := binary.LittleEndian.AppendUint32
	const said = "refused by the test\x00"
	fields := append([]byte("\x01ok\x00"), make([]byte, 8)...)
	fields = append(number(append(fields, "\x02errmsg\x00"...), uint32(len(said))), said...)
	fields = append(number(append(fields, "\x10code\x00"...), uint32(code)), 0)

	const before = headerBytes + 5 // flags and the kind of section
	body := number(nil, uint32(4+len(fields)))
	answer := number(nil, uint32(before+len(body)+len(fields)))
	answer = append(append(answer, request[4:8]...), request[4:8]...)
	answer = append(number(answer, opMsg), 0, 0, 0, 0, 0)
	return append(append(answer, body...), fields...)
}

func readMessage(from net.Conn) ([]byte, error) {
	header := make([]byte, headerBytes)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(header)
	if length < headerBytes || length > messageBytes {
		return nil, errors.New("this is no message")
	}
	message := make([]byte, length)
	copy(message, header)
	_, err := io.ReadFull(from, message[headerBytes:])
	return message, err
}
