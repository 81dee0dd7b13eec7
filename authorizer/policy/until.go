package policy

import (
	"strconv"
	"time"
)

// parseUntil gives the first millisecond at which an entry no longer counts. It is stricter than time.Parse, which
// takes a comma for the point of a second, an hour of one digit, and more.
func parseUntil(text string) (int64, bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	year, month, day := number(text[0:4], 0, 9999), number(text[5:7], 1, 12), number(text[8:10], 1, 31)
	if year < 0 || month < 0 || day < 0 {
		return 0, false
	}
	midnight := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != day { // 30 February and the like
		return 0, false
	}
	if len(text) == 10 {
		return midnight.AddDate(0, 0, 1).UnixMilli(), true
	}
	within, ok := parseClock(text[10:])
	return midnight.UnixMilli() + within, ok
}

// parseClock reads T10:00:00.000Z or with an offset, as milliseconds after midnight UTC.
func parseClock(text string) (int64, bool) {
	if len(text) < 10 || text[0] != 'T' || text[3] != ':' || text[6] != ':' {
		return 0, false
	}
	hour, minute, second := number(text[1:3], 0, 23), number(text[4:6], 0, 59), number(text[7:9], 0, 59)
	if hour < 0 || minute < 0 || second < 0 {
		return 0, false
	}
	milliseconds := int64(hour*3600+minute*60+second) * 1000
	rest := text[9:]
	if rest[0] == '.' {
		digits := 1
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		if digits < 2 || digits > 10 {
			return 0, false
		}
		for i, weight := 1, int64(100); i < digits && weight > 0; i, weight = i+1, weight/10 {
			milliseconds += int64(rest[i]-'0') * weight
		}
		rest = rest[digits:]
	}
	if rest == "Z" {
		return milliseconds, true
	}
	if len(rest) != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' {
		return 0, false
	}
	hours, minutes := number(rest[1:3], 0, 23), number(rest[4:6], 0, 59)
	if hours < 0 || minutes < 0 {
		return 0, false
	}
	offset := int64(hours*60+minutes) * 60_000
	if rest[0] == '-' {
		offset = -offset
	}
	return milliseconds - offset, true
}

// number reads digits and nothing else; -1 when it is none or out of bounds.
func number(digits string, least, most int) int {
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return -1
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < least || n > most {
		return -1
	}
	return n
}
