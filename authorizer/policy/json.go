package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds nesting, so that a hostile file cannot exhaust the stack.
const maxDepth = 100

type kind string

const (
	kindNull   kind = "null"
	kindBool   kind = "a boolean"
	kindNumber kind = "a number"
	kindString kind = "text"
	kindArray  kind = "a list"
	kindObject kind = "an object"
)

// value is one JSON value with the byte offset at which it starts. encoding/json is not used to read policies: it
// matches keys without regard to case, lets the last of two equal keys win, and replaces broken UTF-8 silently.
type value struct {
	kind    kind
	offset  int
	text    string // of a string
	number  float64
	items   []value
	members []member // of an object, in the order of the file, no key twice
}

type member struct {
	key   string
	value value
}

// parseJSON reads one JSON text (RFC 8259) and refuses what readers may disagree about: a byte order mark, invalid
// UTF-8, a key that occurs twice, half a surrogate pair, data after the value, nesting deeper than maxDepth.
func parseJSON(text []byte) (value, *Error) {
	if len(text) >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF {
		return value{}, &Error{Code: Encoding, Message: "starts with a byte order mark", offset: 0}
	}
	if !utf8.Valid(text) {
		return value{}, &Error{Code: Encoding, Message: "is not valid UTF-8", offset: invalidOffset(text)}
	}
	r := reader{text: text}
	r.space()
	v, err := r.value(1)
	if err != nil {
		return value{}, err
	}
	r.space()
	if r.at < len(r.text) {
		return value{}, r.fail(Syntax, "there is something after the end of the policy")
	}
	return v, nil
}

func invalidOffset(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return len(text)
}

type reader struct {
	text []byte
	at   int
}

func (r *reader) fail(code Code, message string) *Error {
	return &Error{Code: code, Message: message, offset: r.at}
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (value, *Error) {
	if r.at >= len(r.text) {
		return value{}, r.fail(Syntax, "ends where a value is expected")
	}
	start := r.at
	switch c := r.text[r.at]; {
	case c == '{' || c == '[':
		if depth > maxDepth {
			return value{}, r.fail(TooDeep, "is nested more than 100 deep")
		}
		r.at++
		if c == '{' {
			return r.object(start, depth)
		}
		return r.array(start, depth)
	case c == '"':
		text, err := r.string()
		return value{kind: kindString, offset: start, text: text}, err
	case c == '-' || (c >= '0' && c <= '9'):
		number, err := r.number()
		return value{kind: kindNumber, offset: start, number: number}, err
	case r.word("true"), r.word("false"):
		return value{kind: kindBool, offset: start}, nil
	case r.word("null"):
		return value{kind: kindNull, offset: start}, nil
	default:
		return value{}, r.fail(Syntax, "is not JSON here")
	}
}

func (r *reader) word(word string) bool {
	if !strings.HasPrefix(string(r.text[r.at:min(len(r.text), r.at+len(word))]), word) {
		return false
	}
	r.at += len(word)
	return true
}

func (r *reader) object(start, depth int) (value, *Error) {
	v := value{kind: kindObject, offset: start}
	seen := keys{}
	r.space()
	if r.peek() == '}' {
		r.at++
		return v, nil
	}
	for {
		r.space()
		keyAt := r.at
		if r.peek() != '"' {
			return v, r.fail(Syntax, "a key in double quotes is expected here")
		}
		key, err := r.string()
		if err != nil {
			return v, err
		}
		if seen.add(key) {
			return v, &Error{Code: DuplicateKey, Message: "the key " + quote(key) + " occurs twice in one object", offset: keyAt}
		}
		r.space()
		if r.peek() != ':' {
			return v, r.fail(Syntax, "a colon is expected here")
		}
		r.at++
		r.space()
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.members = append(v.members, member{key, item})
		r.space()
		switch r.peek() {
		case ',':
			r.at++
		case '}':
			r.at++
			return v, nil
		default:
			return v, r.fail(Syntax, "a comma or a closing brace is expected here")
		}
	}
}

// keys remembers the keys of one object: in a list while there are few, as in almost every object of a policy.
type keys struct {
	few  []string
	many map[string]struct{}
}

// add tells whether the key was there before.
func (k *keys) add(key string) bool {
	if k.many == nil {
		if slices.Contains(k.few, key) {
			return true
		}
		if len(k.few) < 8 {
			k.few = append(k.few, key)
			return false
		}
		k.many = make(map[string]struct{}, 64)
		for _, early := range k.few {
			k.many[early] = struct{}{}
		}
	}
	_, twice := k.many[key]
	k.many[key] = struct{}{}
	return twice
}

func (r *reader) array(start, depth int) (value, *Error) {
	v := value{kind: kindArray, offset: start}
	r.space()
	if r.peek() == ']' {
		r.at++
		return v, nil
	}
	for {
		r.space()
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
		r.space()
		switch r.peek() {
		case ',':
			r.at++
		case ']':
			r.at++
			return v, nil
		default:
			return v, r.fail(Syntax, "a comma or a closing bracket is expected here")
		}
	}
}

func (r *reader) string() (string, *Error) {
	r.at++
	start := r.at
	for r.at < len(r.text) && r.text[r.at] != '"' && r.text[r.at] != '\\' && r.text[r.at] >= 0x20 {
		r.at++
	}
	if r.at < len(r.text) && r.text[r.at] == '"' { // no escapes: the usual case, no second buffer
		r.at++
		return string(r.text[start : r.at-1]), nil
	}
	out := append([]byte(nil), r.text[start:r.at]...)
	for {
		if r.at >= len(r.text) {
			return "", r.fail(Syntax, "ends inside a text")
		}
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return string(out), nil
		case c < 0x20:
			return "", r.fail(Syntax, "a control character stands in a text")
		case c != '\\':
			out = append(out, c)
			r.at++
		default:
			escaped, err := r.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, escaped)
		}
	}
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (r *reader) escape() (rune, *Error) {
	if r.at+1 >= len(r.text) {
		return 0, r.fail(Syntax, "ends inside a text")
	}
	if plain, ok := escapes[r.text[r.at+1]]; ok {
		r.at += 2
		return plain, nil
	}
	first, ok := r.hex()
	if !ok {
		return 0, r.fail(Syntax, "an unknown escape")
	}
	if !utf16.IsSurrogate(first) {
		r.at += 6
		return first, nil
	}
	r.at += 6
	second, ok := r.hex()
	pair := utf16.DecodeRune(first, second)
	if !ok || pair == utf8.RuneError {
		r.at -= 6
		return 0, r.fail(Syntax, "half a surrogate pair")
	}
	r.at += 6
	return pair, nil
}

// hex reads \uXXXX at the current place without moving on.
func (r *reader) hex() (rune, bool) {
	if r.at+6 > len(r.text) || r.text[r.at] != '\\' || r.text[r.at+1] != 'u' {
		return 0, false
	}
	code := rune(0)
	for _, c := range r.text[r.at+2 : r.at+6] {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		code = code<<4 | rune(digit)
	}
	return code, true
}

func (r *reader) number() (float64, *Error) {
	start := r.at
	if r.peek() == '-' {
		r.at++
	}
	switch c := r.peek(); {
	case c == '0':
		r.at++
	case c >= '1' && c <= '9':
		r.digits()
	default:
		return 0, r.fail(Syntax, "a digit is expected here")
	}
	if r.peek() == '.' {
		r.at++
		if !r.digits() {
			return 0, r.fail(Syntax, "a digit is expected here")
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if sign := r.peek(); sign == '+' || sign == '-' {
			r.at++
		}
		if !r.digits() {
			return 0, r.fail(Syntax, "a digit is expected here")
		}
	}
	number, err := strconv.ParseFloat(string(r.text[start:r.at]), 64)
	if err != nil {
		return math.Inf(1), nil // too big for a number: a value like any other, and never the one that is asked for
	}
	return number, nil
}

func (r *reader) digits() bool {
	start := r.at
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at > start
}
