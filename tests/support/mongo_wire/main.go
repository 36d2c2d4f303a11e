// A server that speaks MongoDB's protocol, for the tests of the store: FerretDB (Apache-2.0) with
// SQLite below, embedded as a library, behind a gate of our own.
//
//	mongo_wire [-port N] [-lose N] [-refuse CODE] [-tally FILE] DATA_FOLDER
//
// Listens on 127.0.0.1, on a free port unless one is given, and prints {"uri": "mongodb://..."} once
// it does. Killed and started anew on the same folder and port, it goes on with what it had. Ends
// with the program that started it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func check(reason error) {
	if reason != nil {
		fmt.Fprintln(os.Stderr, "mongo_wire:", reason)
		os.Exit(1)
	}
}

// The address of FerretDB, on a port of its own.
func startDatabase(folder string) string {
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	database, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    quiet,
		Handler:   "sqlite",
		SQLiteURL: "file:" + folder + "/?_pragma=synchronous(normal)",
	})
	check(err)
	go func() { check(database.Run(context.Background())) }()
	address, err := url.Parse(database.MongoDBURI())
	check(err)
	return address.Host
}

func endWith(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(0)
}

func main() {
	go endWith(os.Getppid())
	port := flag.Int("port", 0, "port to listen on, 0: a free one")
	lose := flag.Int("lose", 0, "carry out every N-th command, and cut the connection unanswered")
	refuse := flag.Int("refuse", 0, "answer every write with the error of this code")
	tally := flag.String("tally", "", "write each command and its time into this file, as JSON lines")
	flag.Parse()
	if flag.NArg() != 1 {
		check(fmt.Errorf("mongo_wire [-port N] [-lose N] [-refuse CODE] [-tally FILE] DATA_FOLDER"))
	}
	folder, err := filepath.Abs(flag.Arg(0))
	check(err)
	entrance := &gate{
		database: startDatabase(folder),
		lose:     *lose,
		refuse:   int32(*refuse),
		created:  indexIds(folder),
	}
	if *tally != "" {
		file, err := os.OpenFile(*tally, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		check(err)
		entrance.tally = json.NewEncoder(file)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	check(err)
	ready, err := json.Marshal(map[string]string{"uri": "mongodb://" + listener.Addr().String()})
	check(err)
	fmt.Println(string(ready))
	check(entrance.serve(listener))
}
