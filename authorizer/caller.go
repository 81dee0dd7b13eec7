package authorizer

import (
	"net/url"
	"strings"

	nexuspb "go.temporal.io/api/nexus/v1"
)

// callersOf reads the caller namespaces from the links of a request: temporal:///namespaces/NAMESPACE/… as the history
// service writes them. Without any link, or with one that it cannot read, it says so: then nobody is the caller.
func callersOf(links []*nexuspb.Link) (callers []string, readable bool) {
	for _, link := range links {
		caller, ok := callerOf(link.GetUrl())
		if !ok {
			return nil, false
		}
		callers = append(callers, caller)
	}
	return callers, len(callers) > 0
}

func callerOf(link string) (string, bool) {
	parsed, err := url.Parse(link)
	if err != nil || parsed.Scheme != "temporal" || parsed.Host != "" || parsed.Opaque != "" || parsed.User != nil {
		return "", false
	}
	// The namespace is one escaped segment: split before unescaping, or a name with a slash in it could pose as another.
	segments := strings.Split(parsed.EscapedPath(), "/")
	if len(segments) < 4 || segments[0] != "" || segments[1] != "namespaces" {
		return "", false
	}
	caller, err := url.PathUnescape(segments[2])
	return caller, err == nil && caller != ""
}
