"""One step each. A step that was released is never edited; an old library must work on what a new one makes."""
