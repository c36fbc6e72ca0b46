//! The orders of a grown log: how they are called, and what is appended to them.

use es_core::event::{CommandId, Event, EventId, Metadata, StreamId, Tag, Tenant};
use es_core::store::{Append, CommitToken, Expectation, Expected, NewEvent, RememberedCommand};

use crate::Failure;
use crate::order::{ItemAdded, OrderCreated, add_item, create};

/// Events of an order in a log that was grown.
pub(crate) const EVENTS_PER_ORDER: u64 = 10;

/// The id of the `number`-th order: like a random UUID, so that neighbours in the log are none in
/// the index.
pub(crate) fn id(number: u64) -> String {
    let (high, low) = (scatter(number), scatter(!number));
    uuid::Uuid::from_u64_pair(high, low).to_string()
}

/// The stream of the `number`-th order.
pub(crate) fn stream(number: u64) -> Result<StreamId, Failure> {
    Ok(StreamId::new(&Tenant::default(), "Order", &id(number))?)
}

/// The event that an order has as its `sequence`-th.
pub(crate) fn event(number: u64, sequence: u64) -> Result<NewEvent, Failure> {
    let order = id(number);
    let (name, payload) = if sequence == 0 {
        let command = create(&order);
        let event = OrderCreated { order_id: command.order_id, customer: command.customer };
        (OrderCreated::NAME, serde_json::to_vec(&event)?)
    } else {
        let command = add_item("", 1);
        let event = ItemAdded {
            sku: command.sku,
            quantity: command.quantity,
            price: command.price,
            note: command.note,
        };
        (ItemAdded::NAME, serde_json::to_vec(&event)?)
    };
    let cause = EventId::generate().0;
    Ok(NewEvent {
        id: EventId::generate(),
        stream: Some(stream(number)?),
        name: name.into(),
        revision: 0,
        payload: payload.into(),
        metadata: Metadata::new().caused_by(cause, cause),
        tags: Vec::new(),
    })
}

/// What a command leaves that adds an item to an order with `version` as its last sequence.
pub(crate) fn addition(number: u64, version: u64) -> Result<Append, Failure> {
    let stream = stream(number)?;
    let expected = Expected::Exact(es_core::event::Sequence(version));
    let command = RememberedCommand {
        id: CommandId::generate(),
        name: "AddItem".into(),
        target: Some(stream.clone()),
        reply: b"null".to_vec().into(),
        is_rejection: false,
        from_outside: false,
        token: CommitToken::default(),
    };
    Ok(Append {
        events: vec![event(number, version + 1)?],
        expectations: [Expectation { stream, expected }].into_iter().collect(),
        command: Some(command),
        ..Append::default()
    })
}

/// The tag of the `number`-th order's customer.
pub(crate) fn customer(number: u64) -> Tag {
    Tag::new("customer", id(number))
}

/// Scatters numbers over all of `u64`, each to a place of its own (the finaliser of splitmix64).
pub(crate) fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
