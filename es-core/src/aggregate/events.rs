use super::{Aggregate, EventOf};
use crate::event::Event;

/// Takes events one by one, each with its type.
pub trait EventSink<A: Aggregate> {
    /// Takes one event.
    fn event<E: EventOf<A>>(&mut self, event: E);
}

/// A set of events of `A`: one event, `()`, `Option`, `Vec`, array, tuple, or the sibling enum.
// The blanket impl is over `E: Event`, a trait without parameters: that is what keeps the other
// impls disjoint (over `E: EventOf<A>` alone it would be E0119).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events of `{A}`",
    label = "not events of `{A}`",
    note = "each leaf needs an `#[event_sourcing_handler]` in `{A}`",
    note = "return one event, `()`, `Option`, `Vec`, an array or a tuple of events, or the sibling enum; a handler that replies takes `&mut Root<Self>`"
)]
pub trait Events<A: Aggregate> {
    /// Hands the events to a sink, in order.
    fn stage<S: EventSink<A>>(self, sink: &mut S);
}

impl<A: Aggregate, E: Event + EventOf<A>> Events<A> for E {
    fn stage<S: EventSink<A>>(self, sink: &mut S) {
        sink.event(self);
    }
}

impl<A: Aggregate> Events<A> for () {
    fn stage<S: EventSink<A>>(self, _sink: &mut S) {}
}

impl<A: Aggregate, T: Events<A>> Events<A> for Option<T> {
    fn stage<S: EventSink<A>>(self, sink: &mut S) {
        if let Some(events) = self {
            events.stage(sink);
        }
    }
}

impl<A: Aggregate, T: Events<A>> Events<A> for Vec<T> {
    fn stage<S: EventSink<A>>(self, sink: &mut S) {
        self.into_iter().for_each(|events| events.stage(sink));
    }
}

impl<A: Aggregate, T: Events<A>, const N: usize> Events<A> for [T; N] {
    fn stage<S: EventSink<A>>(self, sink: &mut S) {
        self.into_iter().for_each(|events| events.stage(sink));
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt),+))*) => { $(
        impl<A: Aggregate, $($type: Events<A>),+> Events<A> for ($($type,)+) {
            fn stage<Sink: EventSink<A>>(self, sink: &mut Sink) {
                $( self.$index.stage(sink); )+
            }
        }
    )* };
}

tuples! {
    (T 0)
    (T 0, U 1)
    (T 0, U 1, V 2)
    (T 0, U 1, V 2, W 3)
    (T 0, U 1, V 2, W 3, X 4)
    (T 0, U 1, V 2, W 3, X 4, Y 5)
    (T 0, U 1, V 2, W 3, X 4, Y 5, Z 6)
    (T 0, U 1, V 2, W 3, X 4, Y 5, Z 6, S 7)
}
