package worlds

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

var (
	mu    sync.RWMutex
	known = map[string]func() World{}
)

// Register makes a world available to Open. Packages of worlds call it from
// init; a second registration of a name panics.
func Register(name string, open func() World) {
	mu.Lock()
	defer mu.Unlock()
	if _, twice := known[name]; twice {
		panic("worlds: " + name + " registered twice")
	}
	known[name] = open
}

// Names lists the registered worlds in alphabetical order.
func Names() []string {
	mu.RLock()
	defer mu.RUnlock()
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Open returns the world of that name; the error for an unknown one lists what
// exists.
func Open(name string) (World, error) {
	mu.RLock()
	open, ok := known[name]
	mu.RUnlock()
	if !ok {
		return nil, fmt.Errorf("no world named %q; there is %s", name, strings.Join(Names(), ", "))
	}
	return open(), nil
}
