"""One file per thing that can wake us. Each turns an event into plain values, calls an actor, and answers."""
