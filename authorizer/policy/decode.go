package policy

import "strings"

func refuse(at value, code Code, message string) *Error {
	return &Error{Code: code, Message: message, offset: at.offset}
}

// want checks the type of a value and, of an object, that its keys are among the named ones and that those without a
// question mark are there. It gives the members by key.
func want(v value, what string, kind kind, keys ...string) (map[string]value, *Error) {
	if v.kind != kind {
		return nil, refuse(v, Type, what+" must be "+string(kind)+", not "+string(v.kind))
	}
	if keys == nil {
		return nil, nil
	}
	known := map[string]value{}
	for _, m := range v.members {
		if !names(keys, m.key) {
			return nil, refuse(m.value, UnknownKey, what+" has no key "+quote(m.key)+"; it has "+strings.ReplaceAll(strings.Join(keys, ", "), "?", ""))
		}
		known[m.key] = m.value
	}
	for _, key := range keys {
		if _, there := known[key]; !there && !strings.HasSuffix(key, "?") {
			return nil, refuse(v, MissingKey, what+" needs the key "+quote(key))
		}
	}
	return known, nil
}

func names(keys []string, key string) bool {
	for _, k := range keys {
		if strings.TrimSuffix(k, "?") == key && !strings.HasSuffix(key, "?") {
			return true
		}
	}
	return false
}

func (p *Policy) add(root value, first bool) *Error {
	top, err := want(root, "the policy", kindObject, "version", "default", "endpoints?", "$schema?")
	if err != nil {
		return err
	}
	if schema, there := top["$schema"]; there {
		if _, err := want(schema, "$schema", kindString); err != nil {
			return err
		}
	}
	if _, err := want(top["version"], "version", kindNumber); err != nil {
		return err
	}
	if top["version"].number != 1 {
		return refuse(top["version"], Value, "version must be 1")
	}
	verdict := top["default"]
	if _, err := want(verdict, "default", kindString); err != nil {
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
	endpoints, there := top["endpoints"]
	if !there {
		return nil
	}
	if _, err := want(endpoints, "endpoints", kindObject); err != nil {
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
	keys, err := want(v, what, kindObject, "callers", "blocked?", "id?")
	if err != nil {
		return err
	}
	e := &entry{blocked: map[string]struct{}{}}
	if id, there := keys["id"]; there {
		if e.id, err = nameOf(id, "id of "+what); err != nil {
			return err
		}
		if other, twice := p.pins[e.id]; twice {
			return refuse(id, DuplicateID, "the id of "+what+" is pinned by endpoint "+quote(other)+" too")
		}
		p.pins[e.id] = name
	}
	if err := e.addCallers(keys["callers"], what); err != nil {
		return err
	}
	if blocked, there := keys["blocked"]; there {
		if err := e.addBlocked(blocked, what); err != nil {
			return err
		}
	}
	p.endpoints[name] = e
	p.callers += len(e.callers)
	return nil
}

func (e *entry) addCallers(v value, what string) *Error {
	if _, err := want(v, "callers of "+what, kindArray); err != nil {
		return err
	}
	e.callers = make(map[string]int64, len(v.items))
	for _, item := range v.items {
		keys, err := want(item, "a caller of "+what, kindObject, "namespace", "owner?", "reason?", "ref?", "until?")
		if err != nil {
			return err
		}
		namespace, err := nameOf(keys["namespace"], "namespace of a caller of "+what)
		if err != nil {
			return err
		}
		if _, twice := e.callers[namespace]; twice {
			return refuse(item, DuplicateCaller, "namespace "+quote(namespace)+" is listed twice as a caller of "+what)
		}
		for _, note := range []string{"owner", "reason", "ref", "until"} {
			if text, there := keys[note]; there {
				if _, err := want(text, note+" of a caller of "+what, kindString); err != nil {
					return err
				}
			}
		}
		e.callers[namespace] = forever
		if until, there := keys["until"]; there {
			end, ok := parseUntil(until.text)
			if !ok {
				return refuse(until, Value, "until must be a day (2027-03-31) or an RFC 3339 time, not "+quote(until.text))
			}
			e.callers[namespace] = end
		}
	}
	return nil
}

func (e *entry) addBlocked(v value, what string) *Error {
	if _, err := want(v, "blocked of "+what, kindArray); err != nil {
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
	if _, err := want(v, what, kindString); err != nil {
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
