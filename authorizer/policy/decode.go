package policy

import (
	"slices"
	"strings"
)

func refuse(at value, code Code, message string) *Error {
	return &Error{Code: code, Message: message, offset: at.offset}
}

// keysOf are the keys that an object may have, byte for byte.
type keysOf struct{ needed, optional []string }

var (
	policyKeys   = keysOf{[]string{"version", "default"}, []string{"endpoints", "$schema"}}
	endpointKeys = keysOf{[]string{"callers"}, []string{"blocked", "id"}}
	callerKeys   = keysOf{[]string{"namespace"}, []string{"owner", "reason", "ref", "until"}}
)

func wantKind(v value, what string, kind kind) *Error {
	if v.kind != kind {
		return refuse(v, Type, what+" must be "+string(kind)+", not "+string(v.kind))
	}
	return nil
}

func wantObject(v value, what string, allowed keysOf) *Error {
	if err := wantKind(v, what, kindObject); err != nil {
		return err
	}
	for _, m := range v.members {
		if !slices.Contains(allowed.needed, m.key) && !slices.Contains(allowed.optional, m.key) {
			return refuse(m.value, UnknownKey, what+" has no key "+quote(m.key)+"; it has "+strings.Join(slices.Concat(allowed.needed, allowed.optional), ", "))
		}
	}
	for _, key := range allowed.needed {
		if _, there := v.member(key); !there {
			return refuse(v, MissingKey, what+" needs the key "+quote(key))
		}
	}
	return nil
}

func (v value) member(key string) (value, bool) {
	for _, m := range v.members {
		if m.key == key {
			return m.value, true
		}
	}
	return value{}, false
}

func (p *Policy) add(root value, first bool) *Error {
	if err := wantObject(root, "the policy", policyKeys); err != nil {
		return err
	}
	if schema, there := root.member("$schema"); there {
		if err := wantKind(schema, "$schema", kindString); err != nil {
			return err
		}
	}
	version, _ := root.member("version")
	if err := wantKind(version, "version", kindNumber); err != nil {
		return err
	}
	if version.number != 1 {
		return refuse(version, Value, "version must be 1")
	}
	verdict, _ := root.member("default")
	if err := wantKind(verdict, "default", kindString); err != nil {
		return err
	}
	if verdict.text != "allow" && verdict.text != "deny" {
		return refuse(verdict, Value, "default must be \"allow\" or \"deny\", not "+quote(verdict.text))
	}
	allow := verdict.text == "allow"
	if !first && allow != p.DefaultAllow {
		return refuse(verdict, DefaultMismatch, "all files of a policy have the same default")
	}
	p.DefaultAllow = allow
	endpoints, there := root.member("endpoints")
	if !there {
		return nil
	}
	if err := wantKind(endpoints, "endpoints", kindObject); err != nil {
		return err
	}
	for _, m := range endpoints.members {
		if err := p.addEndpoint(m.key, m.value); err != nil {
			return err
		}
	}
	return nil
}

func (p *Policy) addEndpoint(name string, v value) *Error {
	what := "endpoint " + quote(name)
	if err := checkName(v, what, name); err != nil {
		return err
	}
	if name == SystemEndpoint {
		return refuse(v, Value, what+" is the server's own: no policy applies to it")
	}
	if _, twice := p.endpoints[name]; twice {
		return refuse(v, DuplicateEndpoint, what+" stands in two files")
	}
	if err := wantObject(v, what, endpointKeys); err != nil {
		return err
	}
	e := &entry{blocked: map[string]struct{}{}}
	if id, there := v.member("id"); there {
		var err *Error
		if e.id, err = nameOf(id, "id of "+what); err != nil {
			return err
		}
		if other, twice := p.pins[e.id]; twice {
			return refuse(id, DuplicateID, "the id of "+what+" is pinned by endpoint "+quote(other)+" too")
		}
		p.pins[e.id] = name
	}
	callers, _ := v.member("callers")
	if err := e.addCallers(callers, what); err != nil {
		return err
	}
	if blocked, there := v.member("blocked"); there {
		if err := e.addBlocked(blocked, what); err != nil {
			return err
		}
	}
	p.endpoints[name] = e
	p.callers += len(e.callers)
	return nil
}

func (e *entry) addCallers(v value, what string) *Error {
	if err := wantKind(v, "callers of "+what, kindArray); err != nil {
		return err
	}
	e.callers = make(map[string]int64, len(v.items))
	for _, item := range v.items {
		if err := e.addCaller(item, what); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) addCaller(v value, endpoint string) *Error {
	what := "a caller of " + endpoint
	if err := wantObject(v, what, callerKeys); err != nil {
		return err
	}
	name, _ := v.member("namespace")
	namespace, err := nameOf(name, "namespace of "+what)
	if err != nil {
		return err
	}
	if _, twice := e.callers[namespace]; twice {
		return refuse(v, DuplicateCaller, "namespace "+quote(namespace)+" is listed twice as "+what)
	}
	for _, m := range v.members {
		if err := wantKind(m.value, m.key+" of "+what, kindString); err != nil {
			return err
		}
	}
	e.callers[namespace] = forever
	if until, there := v.member("until"); there {
		end, ok := parseUntil(until.text)
		if !ok {
			return refuse(until, Value, "until must be a day (2027-03-31) or an RFC 3339 time, not "+quote(until.text))
		}
		e.callers[namespace] = end
	}
	return nil
}

func (e *entry) addBlocked(v value, what string) *Error {
	if err := wantKind(v, "blocked of "+what, kindArray); err != nil {
		return err
	}
	for _, item := range v.items {
		namespace, err := nameOf(item, "a blocked namespace of "+what)
		if err != nil {
			return err
		}
		if _, twice := e.blocked[namespace]; twice {
			return refuse(item, DuplicateCaller, "namespace "+quote(namespace)+" is blocked twice for "+what)
		}
		e.blocked[namespace] = struct{}{}
	}
	return nil
}

func nameOf(v value, what string) (string, *Error) {
	if err := wantKind(v, what, kindString); err != nil {
		return "", err
	}
	return v.text, checkName(v, what, v.text)
}

// checkName refuses names that could never match or look like a promise that is not kept: patterns, stray spaces.
func checkName(at value, what, name string) *Error {
	switch {
	case name == "":
		return refuse(at, Value, what+" is empty")
	case strings.HasPrefix(name, " ") || strings.HasSuffix(name, " "):
		return refuse(at, Value, what+" has a space at its end: "+quote(name))
	case strings.ContainsAny(name, "*?"):
		return refuse(at, Value, what+" looks like a pattern: callers are listed one by one")
	}
	for i := range len(name) {
		if name[i] < 0x20 || name[i] == 0x7f {
			return refuse(at, Value, what+" holds a control character: "+quote(name))
		}
	}
	return nil
}
