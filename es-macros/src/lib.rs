//! The attribute and derive macros of `es-core`, which re-exports them.
//!
//! Handlers stay the user's functions: they can be called and tested as they are, and their bodies
//! go out as they came in. What a macro writes beside them are impls of public traits, which can be
//! written by hand; each manual names them. The longer ones are in `manual/`.
//!
//! Every macro takes `crate = path` for a program that has `es-core` under another name.

mod attr;
mod check;
mod diag;
mod expand;
mod light;
mod model;
mod outside;
mod paths;

use expand::Derive;
use proc_macro::TokenStream;

/// Makes a struct an aggregate, and registers the handlers of its `impl` blocks.
///
#[doc = include_str!("manual/aggregate.md")]
#[proc_macro_attribute]
pub fn aggregate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::aggregate(arguments.into(), item.into()).into()
}

/// Makes a struct a member of an aggregate, and registers the handlers of its `impl` blocks.
///
/// The same attribute stands on both. The aggregate has it in a field with `#[member]`: the member
/// itself, an `Option` or `Vec`, or a `BTreeMap` or `HashMap` from its key; in a map the key counts
/// under which it stands. So may another member.
///
/// | argument | meaning |
/// |---|---|
/// | `of = Order` | the aggregate, or the member around it, that has it |
/// | `key = line_id` | the field that tells it from its siblings, here and in its messages |
/// | `key = (line_id, part_id)` | the keys of the members around it first, `_` for one without |
///
/// Command handlers are written as in an aggregate ([`macro@command_handler`]), with
/// `&mut MemberRoot<Self>` and `&mut MemberSlot<Self>` in place of `Root` and `Slot`. The command
/// targets the aggregate, and its field of the key's name says which member is meant: `&self` is
/// that member. One that is not there is answered `MemberNotFound`; a handler without a receiver
/// creates it, and is answered `MemberExists` if it is there.
///
/// An event belongs to the aggregate. It goes to the aggregate's handler, if there is one, and then
/// to the members whose key its field of the same name has, among them one that the aggregate's
/// handler has just put in place; with `#[event_sourcing_handler(forward = all)]` to all members of
/// the type. Where there is none, nothing happens. An event that only members have handlers for is
/// listed on the aggregate: `#[aggregate(member_events(QuantityChanged))]`. What puts members in
/// their place and takes them out is the aggregate's handler. The guide's page on aggregates has an
/// example that runs.
#[proc_macro_attribute]
pub fn aggregate_member(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::aggregate_member(arguments.into(), item.into()).into()
}

/// Marks a function that carries out a command: a method of an `#[aggregate] impl` block, or a free
/// function.
///
#[doc = include_str!("manual/command_handler.md")]
#[proc_macro_attribute]
pub fn command_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::command_handler(arguments.into(), item.into()).into()
}

/// Gives an item back with the attribute's own tokens after it; only generated code writes it.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn beside(items: TokenStream, item: TokenStream) -> TokenStream {
    [item, items].into_iter().collect()
}

/// Marks a method of an `#[aggregate] impl` block that folds an event into the state.
///
/// Implements `EventOf<Order>` for the event. The handler takes the event alone, as `&E`: what the
/// state needs belongs into the payload, because position and time are not known while an event is
/// applied. What has happened cannot fail, so nothing is returned but a first state.
///
/// | signature | effect |
/// |---|---|
/// | `fn(event: &E) -> Self` | builds the first state |
/// | `fn(&mut self, event: &E)` | changes it |
///
/// Where no handler creates, the first event changes `Self::default()`. A method of an aggregate or
/// boundary on `&mut self` and an event that no handler folds does not compile: its attribute was
/// forgotten.
///
/// | argument | meaning |
/// |---|---|
/// | `mark_deleted` | after it every command is answered `Deleted`; the id is never used again |
/// | `snapshot` | after it a snapshot is taken; the struct says `#[aggregate(snapshot)]` |
#[proc_macro_attribute]
pub fn event_sourcing_handler(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let blocks = ["aggregate", "aggregate_member", "boundary"];
    outside::outside("event_sourcing_handler", &blocks, item.into()).into()
}

/// Marks a method of an `#[aggregate] impl` block that looks at commands before their handlers, and
/// may stop them.
///
#[doc = include_str!("manual/command_interceptor.md")]
#[proc_macro_attribute]
pub fn command_interceptor(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    outside::outside("command_interceptor", &["aggregate"], item.into()).into()
}

/// Makes an `impl` block the rules of a consistency boundary: which events matter to a command, and
/// what state they make.
///
/// Implements `BoundaryState` for the type, which is `Default` before the first event, and
/// `BoundaryOf` for the command of each [`macro@criteria`]. A free command handler takes the state
/// as `Boundary<EmailInUse>`.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct RegisterCustomer { id: String, email: String }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct CustomerRegistered { #[tag] email: String }
/// #[derive(Default)]
/// struct EmailInUse {
///     by: Option<String>,
/// }
///
/// #[boundary]
/// impl EmailInUse {
///     #[criteria]
///     fn of(command: &RegisterCustomer) -> Criteria {
///         Criteria::tag("email", &command.email)
///     }
///
///     #[event_sourcing_handler]
///     fn on_registered(&mut self, event: &CustomerRegistered) {
///         self.by = Some(event.email.clone());
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn boundary(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::boundary(arguments.into(), item.into()).into()
}

/// Marks a function of a `#[boundary] impl` block that tells which events matter to a command.
///
/// It takes the command alone, as `&C`, and returns `Criteria`; one function per command. A
/// criterion that names no events means those that the block folds.
#[proc_macro_attribute]
pub fn criteria(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    outside::outside("criteria", &["boundary"], item.into()).into()
}

/// Makes an `impl` block a projection: event handlers that write views, query handlers that read.
///
#[doc = include_str!("manual/projection.md")]
#[proc_macro_attribute]
pub fn projection(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::projection(arguments.into(), item.into()).into()
}

/// Marks a function that handles an event after it was stored.
///
/// In a `#[projection] impl` block the handler belongs to the projection. On a free function it has
/// a processor of its own, named after the function, and a type of that name stands for it in
/// `.with::<greet>()`. It takes the event as `&E` or `E`, then what
/// it needs: in a plain `fn` by `FromBatch` (`&mut Views<T>`, the engine's transaction, and all
/// that command handlers can take), in an `async fn` by `FromBatchAsync`. It returns nothing or a
/// `Result` of nothing.
///
/// | argument, on a free function | meaning |
/// |---|---|
/// | `processor = "…"` | the processor that runs it, which several functions may share |
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize)] struct ShopOpened { shop_id: String }
/// # trait Mailer: Send + Sync { fn send(&self, text: &str); }
/// #[event_handler(processor = "mails")]
/// async fn greet(event: &ShopOpened, mailer: Inject<dyn Mailer>) {
///     mailer.send(&event.shop_id);
/// }
/// ```
#[proc_macro_attribute]
pub fn event_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::event_handler(arguments.into(), item.into()).into()
}

/// Marks a function that answers a query.
///
/// It stands in a `#[projection] impl` block or alone. It takes the query as `&Q`, or as `Q` if the
/// query is `Clone`, then what it reads (`&Views<T>`, never `&mut`), and returns the answer that
/// the query declares, or a `Result` of it.
///
/// ```
/// # use es_core::prelude::*;
/// #[derive(Query, Serialize, Deserialize)]
/// #[query(answer = u64)]
/// struct Double(u64);
///
/// #[query_handler]
/// fn double(query: &Double) -> u64 {
///     query.0 * 2
/// }
/// ```
#[proc_macro_attribute]
pub fn query_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::query_handler(arguments.into(), item.into()).into()
}

/// Makes a struct a command: implements `Command`, and `Targets` by its `#[target]` field.
///
/// The field that names the aggregate carries `#[target]` (or `#[target_aggregate_identifier]`);
/// its type is that of the aggregate's `#[aggregate_identifier]`. A command that no aggregate
/// handles has none.
///
/// A field with `#[target_version]`, a `Sequence` or an `Option<Sequence>`, holds the version that
/// the sender saw: where the aggregate has moved on, the answer is `VersionMismatch` and the
/// handler does not run.
///
/// | argument of `#[command(..)]` | meaning |
/// |---|---|
/// | `name = "…"` | the name by which other programs send it; the struct's name by default |
#[proc_macro_derive(
    Command,
    attributes(command, target, target_aggregate_identifier, target_version)
)]
pub fn command(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Command, input.into()).into()
}

/// Makes a type an event: implements `Event`, and registers its stored name.
///
#[doc = include_str!("manual/event.md")]
#[proc_macro_derive(Event, attributes(event, tag))]
pub fn event(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Event, input.into()).into()
}

/// Makes a type a query: implements `Query`.
///
/// | argument of `#[query(..)]` | meaning |
/// |---|---|
/// | `answer = Option<Summary>` | what it is answered with; required |
/// | `name = "…"` | the name by which other programs ask it; the type's name by default |
#[proc_macro_derive(Query, attributes(query))]
pub fn query(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Query, input.into()).into()
}

/// Makes a struct a row of a read model: implements `View`.
///
/// `#[key]` marks the field that identifies a row; on several fields the key is their tuple.
/// `#[index]` marks a field by which rows are found, and writes a constant for it:
/// `ShopRow::BY_CITY` for `city`. Keys and indexes are `ViewKey`s.
///
/// Another shape of the struct is another version of its projection, which is then built anew. The
/// shape is seen in the field names and written types; `revision` stands in for it where a nested
/// type changes.
///
/// | argument of `#[view(..)]` | meaning |
/// |---|---|
/// | `name = "…"` | the table's name; the struct's name by default |
/// | `revision = 2` | stands in for the shape of the fields |
#[proc_macro_derive(View, attributes(view, key, index))]
pub fn view(input: TokenStream) -> TokenStream {
    expand::derive(Derive::View, input.into()).into()
}

/// Makes an enum without fields a key or index of views, and a tag: implements `ViewKey` and
/// `TagValue`.
///
/// Its values are stored and ordered by their names, so a new variant moves no row.
#[proc_macro_derive(ViewKey, attributes(view_key))]
pub fn view_key(input: TokenStream) -> TokenStream {
    expand::derive(Derive::ViewKey, input.into()).into()
}

/// Makes a newtype over a string, an integer or a UUID an aggregate's id.
///
/// Implements `AggregateId`, and with its text form `Display`, `FromStr`, `ViewKey` and `TagValue`.
///
/// ```
/// # use es_core::prelude::*;
/// #[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
/// struct ShopId(u64);
///
/// assert_eq!(ShopId(7).to_string(), "7");
/// assert_eq!("7".parse::<ShopId>().ok(), Some(ShopId(7)));
/// ```
#[proc_macro_derive(AggregateId, attributes(aggregate_id))]
pub fn aggregate_id(input: TokenStream) -> TokenStream {
    expand::derive(Derive::AggregateId, input.into()).into()
}

/// Has a type in an aggregate's state count for its snapshots: implements `State`.
///
/// A snapshot that was taken with another definition of the type is then not used. Types without it
/// are known by their name alone, which suits those of other crates. Enums and structs can have it,
/// generic ones too; two types that hold one another cannot both.
///
/// ```
/// # use es_core::prelude::*;
/// #[derive(State, Serialize, Deserialize)]
/// struct Item {
///     sku: String,
///     quantity: u32,
/// }
///
/// #[aggregate(snapshot)]
/// #[derive(Serialize, Deserialize)]
/// struct Cart {
///     #[aggregate_identifier]
///     cart_id: String,
///     items: Vec<Item>,
/// }
/// # #[derive(Event, Serialize, Deserialize)] struct CartOpened { cart_id: String }
/// # #[aggregate]
/// # impl Cart {
/// #     #[event_sourcing_handler]
/// #     fn on_opened(event: &CartOpened) -> Self {
/// #         Self { cart_id: event.cart_id.clone(), items: vec![] }
/// #     }
/// # }
/// ```
#[proc_macro_derive(State, attributes(state))]
pub fn state(input: TokenStream) -> TokenStream {
    expand::derive(Derive::State, input.into()).into()
}
