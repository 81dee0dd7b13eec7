package policy

import (
	"bytes"
	"fmt"
	"strconv"
)

// Code says what is wrong with a policy. The TypeScript reader gives the same codes; the shared table of cases holds
// both to it.
type Code string

const (
	Encoding          Code = "ENCODING"
	Syntax            Code = "SYNTAX"
	TooDeep           Code = "TOO_DEEP"
	TooLarge          Code = "TOO_LARGE"
	DuplicateKey      Code = "DUPLICATE_KEY"
	UnknownKey        Code = "UNKNOWN_KEY"
	MissingKey        Code = "MISSING_KEY"
	Type              Code = "TYPE"
	Value             Code = "VALUE"
	DuplicateCaller   Code = "DUPLICATE_CALLER"
	DuplicateEndpoint Code = "DUPLICATE_ENDPOINT"
	DuplicateID       Code = "DUPLICATE_ID"
	DefaultMismatch   Code = "DEFAULT_MISMATCH"
	NoFiles           Code = "NO_FILES"
	// Unreadable, Writable and Unsettled are about the files, not their text: only the server meets them.
	Unreadable Code = "UNREADABLE"
	Writable   Code = "WRITABLE_BY_OTHERS"
	Unsettled  Code = "CHANGING"
)

// Error is why a policy was refused. File, Line and Column are empty or 0 where they do not apply.
type Error struct {
	Code    Code
	File    string
	Line    int
	Column  int // in bytes, from 1
	Message string
	offset  int
}

func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if where == "" {
		return fmt.Sprintf("%s (%s)", e.Message, e.Code)
	}
	return fmt.Sprintf("%s: %s (%s)", where, e.Message, e.Code)
}

// place turns the byte offset into a line and a column of the file.
func (e *Error) place(file string, text []byte) *Error {
	before := text[:min(e.offset, len(text))]
	e.File = file
	e.Line = bytes.Count(before, []byte("\n")) + 1
	e.Column = len(before) - bytes.LastIndexByte(before, '\n')
	return e
}

// quote shows foreign text: not-ASCII and control characters escaped, cut when long.
func quote(text string) string {
	const most = 80
	if len(text) > most {
		return strconv.QuoteToASCII(text[:most]) + "…"
	}
	return strconv.QuoteToASCII(text)
}
