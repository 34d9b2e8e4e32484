package main

func main() {
	kept := map[int]string{}
	for i := 0; ; i++ {
		kept[i] = string(make([]byte, 100))
	}
}
