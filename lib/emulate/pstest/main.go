// Serves Google's own stand-in for Pub/Sub, which comes as a library for tests in Go.
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: pstest HOST:PORT")
	}
	server := pstest.NewServerWithAddress(os.Args[1])
	fmt.Println(server.Addr)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	server.Close()
}
