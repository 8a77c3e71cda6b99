//! Words of naming people in a text.

use crate::language::says;

says! {
    named_here
    offered_people
    everybody_text
    to_named
}
