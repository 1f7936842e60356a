// Makes vectors.json with Google's Tink, whose streaming format app/sealing/stream.ts writes and reads:
//
//	go mod init vectors && go get github.com/tink-crypto/tink-go/v2@v2.9.0 && go mod tidy
//	go run . > vectors.json     makes them
//	go run . FILE               opens what another implementation sealed, in a file of the same form
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

type vector struct {
	Segment    int    `json:"segment"`
	Key        []byte `json:"key"`
	AAD        []byte `json:"aad"`
	Bytes      int    `json:"bytes"`
	Ciphertext []byte `json:"ciphertext"`
}

// Plaintext byte i is (i*i + 7*i) mod 251: made anew by whoever reads the fixture.
func plain(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte((i*i + 7*i) % 251)
	}
	return p
}

func main() {
	if len(os.Args) > 1 {
		check(os.Args[1])
		return
	}
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(200 - i)
	}
	var all []vector
	for _, segment := range []int{128, 4096} {
		first := segment - 40 - 16
		for _, n := range []int{0, 1, first - 1, first, first + 1, first + segment - 16, first + 3*(segment-16) + 5} {
			for _, aad := range [][]byte{{}, []byte("media/sip:1~2")} {
				if segment == 4096 && n > first+1 && len(aad) == 0 {
					continue
				}
				s, err := subtle.NewAESGCMHKDF(key, "SHA256", 32, segment, 0)
				if err != nil {
					panic(err)
				}
				var out bytes.Buffer
				w, err := s.NewEncryptingWriter(&out, aad)
				if err != nil {
					panic(err)
				}
				w.Write(plain(n))
				w.Close()
				all = append(all, vector{segment, key, aad, n, out.Bytes()})
			}
		}
	}
	enc := json.NewEncoder(os.Stdout)
	fmt.Println("[")
	for i, v := range all {
		if i > 0 {
			fmt.Print(",")
		}
		enc.Encode(v)
	}
	fmt.Println("]")
}

// check opens what another implementation has sealed: a file of the same form.
func check(file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		panic(err)
	}
	for _, v := range all {
		s, err := subtle.NewAESGCMHKDF(v.Key, "SHA256", 32, v.Segment, 0)
		if err != nil {
			panic(err)
		}
		r, err := s.NewDecryptingReader(bytes.NewReader(v.Ciphertext), v.AAD)
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		if _, err := out.ReadFrom(r); err != nil {
			panic(err)
		}
		if !bytes.Equal(out.Bytes(), plain(v.Bytes)) {
			panic("other bytes")
		}
	}
	fmt.Println(len(all), "opened")
}
