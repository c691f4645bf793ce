package methods

import "sync"

// Shared keeps results that several rows of one experiment need. It is safe for concurrent use; its zero value is empty.
type Shared struct {
	mu    sync.Mutex
	locks map[any]*sync.Mutex // one for each key, held while its value is made
	made  map[any]any
}

// shared is the value of a key, made by the first that asks. A failure is not kept. Without a place to keep it the value is made.
func shared[T any](s *Shared, key any, make func() (T, error)) (T, error) {
	if s == nil {
		return make()
	}
	lock := s.lock(key)
	lock.Lock()
	defer lock.Unlock()
	s.mu.Lock()
	known, ok := s.made[key].(T)
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[key] = v
	return v, nil
}

func (s *Shared) lock(key any) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locks == nil {
		s.locks, s.made = map[any]*sync.Mutex{}, map[any]any{}
	}
	if s.locks[key] == nil {
		s.locks[key] = &sync.Mutex{}
	}
	return s.locks[key]
}
