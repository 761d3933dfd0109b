// Finds the year in which a river changed: a stage of kernels/pipelines/nile.toml.
//
// The years so far are divided in two wherever they can be, and each half is taken to be its mean. The
// division with the smallest squares left is the best. A goroutine tries each.
package main

import (
	"math"

	"messages"
	"ringhost"
)

// Of fewer years than these nothing is said, and neither half is shorter than this.
const (
	fewest   = 20
	shortest = 5
)

var years []messages.Year

// A division after a year, and the squares it leaves.
type division struct {
	last    uint16
	squares float64
}

func main() {
	ringhost.Serve(change)
}

func change(message ringhost.Message, replies *ringhost.Replies) error {
	var year messages.Year
	if err := message.Read(&year); err != nil {
		return err
	}
	years = append(years, year)
	if len(years) >= fewest {
		year.Change = best().last
	}
	return replies.AddValue(year)
}

func best() division {
	divisions := make(chan division)
	for at := shortest; at <= len(years)-shortest; at++ {
		go func() {
			divisions <- division{years[at-1].Year, squares(years[:at]) + squares(years[at:])}
		}()
	}
	best := division{squares: math.Inf(1)}
	for range len(years) - 2*shortest + 1 {
		// The earlier one where two are equally good, whichever comes first.
		if next := <-divisions; next.squares < best.squares ||
			next.squares == best.squares && next.last < best.last {
			best = next
		}
	}
	return best
}

func squares(years []messages.Year) float64 {
	var sum, squares float64
	for _, year := range years {
		sum += year.Flow
	}
	mean := sum / float64(len(years))
	for _, year := range years {
		squares += (year.Flow - mean) * (year.Flow - mean)
	}
	return squares
}
