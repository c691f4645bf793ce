package metrics

import (
	"fmt"
	"sync"
)

// memo keeps what was derived under a key. An item is derived at most once, by whoever asks first; others wait. A failure is
// remembered as well. Its zero value is empty.
type memo[K comparable] struct {
	mu    sync.Mutex
	items map[K]*item
}

type item struct {
	once  sync.Once
	value any
	err   error
}

// remember is the item under key; a nil memo keeps nothing.
func remember[K comparable, T any](m *memo[K], key K, derive func() (T, error)) (T, error) {
	var none T
	if m == nil {
		return derive()
	}
	it := m.item(key)
	it.once.Do(func() {
		v, err := derive()
		it.value, it.err = v, err
	})
	if it.err != nil {
		return none, it.err
	}
	v, ok := it.value.(T)
	if !ok {
		return none, fmt.Errorf("prepared %v is stored as %T", key, it.value)
	}
	return v, nil
}

func (m *memo[K]) item(key K) *item {
	m.mu.Lock()
	defer m.mu.Unlock()
	it, ok := m.items[key]
	if !ok {
		if m.items == nil {
			m.items = map[K]*item{}
		}
		it = new(item)
		m.items[key] = it
	}
	return it
}
