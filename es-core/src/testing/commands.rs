use crate::aggregate::Aggregate;
use crate::command::{Command, CommandOf};

/// Takes commands one by one, each with its type.
pub trait CommandSink<A: Aggregate> {
    /// Takes one command.
    fn command<C: CommandOf<A>>(&mut self, command: C);
}

/// Commands that `A` handles: one, or a tuple, array or `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of commands of `{A}`",
    label = "not commands of `{A}`",
    note = "give one command, or a tuple, an array or a `Vec` of commands"
)]
pub trait Commands<A: Aggregate> {
    /// Hands the commands to a sink, in order.
    fn send<S: CommandSink<A>>(self, sink: &mut S);
}

impl<A: Aggregate, C: Command + CommandOf<A>> Commands<A> for C {
    fn send<S: CommandSink<A>>(self, sink: &mut S) {
        sink.command(self);
    }
}

impl<A: Aggregate, T: Commands<A>> Commands<A> for Vec<T> {
    fn send<S: CommandSink<A>>(self, sink: &mut S) {
        self.into_iter().for_each(|commands| commands.send(sink));
    }
}

impl<A: Aggregate, T: Commands<A>, const N: usize> Commands<A> for [T; N] {
    fn send<S: CommandSink<A>>(self, sink: &mut S) {
        self.into_iter().for_each(|commands| commands.send(sink));
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt),+))*) => { $(
        impl<A: Aggregate, $($type: Commands<A>),+> Commands<A> for ($($type,)+) {
            fn send<Sink: CommandSink<A>>(self, sink: &mut Sink) {
                $( self.$index.send(sink); )+
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
