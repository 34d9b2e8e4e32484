// rule: go-network
package main

import `net`

func main() { net.Listen("tcp", ":1") }
