package main

//go:wasmexport greet
func greet(times int32) int32 { return times }

func main() {}
