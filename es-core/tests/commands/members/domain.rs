//! An order with lines, each with parts, a gift, an invoice, and parcels by number.

use std::collections::{BTreeMap, HashMap};

use es_core::prelude::*;

pub use super::messages::*;

#[aggregate(snapshot, snapshot_every = 3)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    #[aggregate_identifier]
    pub order: String,
    #[member]
    pub lines: Vec<Line>,
    #[member]
    pub gift: Option<Gift>,
    #[member]
    pub invoice: Invoice,
    #[member]
    pub parcels: BTreeMap<u32, Parcel>,
    #[member]
    pub slips: HashMap<u32, Slip>,
    /// The quantity of all lines, which the aggregate counts itself.
    pub reserved: u32,
}

#[aggregate(member_events(
    QuantityChanged,
    PartFitted,
    PartTightened,
    GiftWrapped,
    InvoiceLabelled,
    Delivered,
    Returned
))]
impl Order {
    #[command_handler]
    fn place(command: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: command.order, skus: command.skus }
    }

    #[command_handler]
    fn cancel(&self, _: CancelOrder) -> OrderCancelled {
        OrderCancelled {}
    }

    /// The state that commands are decided on.
    #[command_handler]
    fn look(order: &mut Root<Self>, _: Look) -> Result<Self, std::convert::Infallible> {
        Ok(order.clone())
    }

    #[event_sourcing_handler]
    fn on_placed(event: &OrderPlaced) -> Self {
        Self {
            order: event.order.clone(),
            lines: event.skus.iter().map(|sku| Line::new(sku)).collect(),
            gift: Some(Gift { gift: 1, is_wrapped: false }),
            invoice: Invoice::default(),
            parcels: BTreeMap::new(),
            slips: HashMap::from([(7, Slip { slip: 7, is_used: false })]),
            reserved: 0,
        }
    }

    #[event_sourcing_handler]
    fn on_line_added(&mut self, event: &LineAdded) {
        self.lines.push(Line::new(&event.sku));
    }

    #[event_sourcing_handler]
    fn on_line_removed(&mut self, event: &LineRemoved) {
        self.lines.retain(|line| line.sku != event.sku);
    }

    #[event_sourcing_handler]
    fn on_reserved(&mut self, event: &Reserved) {
        self.reserved += event.quantity;
    }

    #[event_sourcing_handler]
    fn on_shipped(&mut self, event: &Shipped) {
        let parcel = Parcel { parcel: event.parcel, seen: vec![] };
        self.parcels.insert(event.parcel, parcel);
    }

    #[event_sourcing_handler]
    fn on_cancelled(&mut self, _: &OrderCancelled) {}
}

#[aggregate_member(of = Order, key = sku)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    pub is_open: bool,
    #[member]
    pub parts: Vec<Part>,
    /// What the line has seen, in order.
    pub seen: Vec<String>,
}

impl Line {
    fn new(sku: &str) -> Self {
        Self { sku: sku.to_owned(), quantity: 0, is_open: true, parts: vec![], seen: vec![] }
    }
}

#[aggregate_member(of = Order, key = sku)]
impl Line {
    // A pair: the first creates the line, the second goes on with it.
    #[command_handler]
    fn put(command: PutLine) -> (LineAdded, QuantityChanged) {
        let QuantityChanged { sku, quantity } = QuantityChanged { sku: command.sku, quantity: 1 };
        (LineAdded { sku: sku.clone() }, QuantityChanged { sku, quantity })
    }

    #[command_handler]
    fn put_more(&self, command: &PutLine) -> QuantityChanged {
        QuantityChanged { sku: command.sku.clone(), quantity: self.quantity + 1 }
    }

    #[command_handler]
    fn add(command: AddLine) -> LineAdded {
        LineAdded { sku: command.sku }
    }

    #[command_handler(create_if_missing)]
    fn ensure(line: Option<&Self>, command: EnsureLine) -> Option<LineAdded> {
        line.is_none().then_some(LineAdded { sku: command.sku })
    }

    #[command_handler]
    fn change(&self, command: ChangeQuantity) -> Result<Option<OrderEvent>, SoldOut> {
        let ChangeQuantity { sku, quantity, .. } = command;
        if quantity > 100 {
            return Err(SoldOut { left: 100 });
        }
        Ok((quantity != self.quantity).then(|| QuantityChanged { sku, quantity }.into()))
    }

    #[command_handler]
    async fn reserve(line: &mut MemberRoot<Self>, command: Reserve) -> Result<u32, SoldOut> {
        let Reserve { sku, quantity, .. } = command;
        let before = line.quantity;
        line.apply(Reserved { sku: sku.clone(), quantity });
        tokio::task::yield_now().await;
        line.apply(Reserved { sku, quantity });
        if line.quantity > 100 {
            return Err(SoldOut { left: 100 - before });
        }
        assert!(line.aggregate().is_some_and(|order| order.reserved >= line.quantity));
        Ok(line.quantity)
    }

    #[command_handler]
    fn remove(
        line: &mut MemberSlot<Self>,
        command: RemoveLine,
    ) -> Result<bool, std::convert::Infallible> {
        let is_there = line.get().is_some();
        if is_there {
            line.apply(LineRemoved { sku: command.sku });
        }
        assert!(line.get().is_none());
        Ok(is_there)
    }

    #[command_handler]
    fn remove_and_look(
        line: &mut MemberRoot<Self>,
        command: RemoveAndLook,
    ) -> Result<u32, std::convert::Infallible> {
        line.apply(LineRemoved { sku: command.sku });
        Ok(line.quantity)
    }

    #[command_handler]
    fn fall_over(line: &mut MemberRoot<Self>, command: FallOver) {
        line.apply(LineRemoved { sku: command.sku });
        panic!("fell over");
    }

    #[event_sourcing_handler]
    fn on_added(&mut self, _: &LineAdded) {
        self.seen.push("added".to_owned());
    }

    #[event_sourcing_handler]
    fn on_changed(&mut self, event: &QuantityChanged) {
        self.quantity = event.quantity;
    }

    #[event_sourcing_handler]
    fn on_reserved(&mut self, event: &Reserved) {
        self.quantity += event.quantity;
    }

    // A member puts its own members in their place.
    #[event_sourcing_handler]
    fn on_part_fitted(&mut self, event: &PartFitted) {
        self.parts.push(Part { part: event.part, turns: Part::LOOSE });
    }

    #[event_sourcing_handler(forward = all)]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.is_open = false;
    }
}

#[aggregate_member(of = Line, key = (sku, part))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub part: u8,
    pub turns: u32,
}

impl Part {
    /// As its line puts it there: it has not seen that it was fitted.
    const LOOSE: u32 = 1_000;
}

#[aggregate_member(of = Line, key = (sku, part))]
impl Part {
    #[command_handler]
    fn tighten(&self, command: TightenPart) -> PartTightened {
        PartTightened { sku: command.sku, part: command.part }
    }

    #[event_sourcing_handler]
    fn on_fitted(&mut self, _: &PartFitted) {
        self.turns = 0;
    }

    #[event_sourcing_handler]
    fn on_tightened(&mut self, _: &PartTightened) {
        self.turns += 1;
    }

    #[event_sourcing_handler(forward = all)]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.turns = 0;
    }
}

// Handlers may be spread over blocks; those of events sit in one.
#[aggregate_member(of = Line, key = (sku, part))]
impl Part {
    #[command_handler]
    fn fit(command: FitPart) -> PartFitted {
        PartFitted { sku: command.sku, part: command.part }
    }

    /// Breaks the part, which is put in place for it where there is none.
    #[command_handler]
    fn force(place: &mut MemberSlot<Self>, command: ForcePart) -> Result<u32, HandlerError<Broke>> {
        let ForcePart { sku, part, .. } = command;
        if place.get().is_none() {
            place.apply(PartFitted { sku: sku.clone(), part });
        }
        place.apply(PartTightened { sku, part });
        Err(Recorded(Broke { turn: place.get().map_or(0, |part| part.turns) }))?
    }

    #[command_handler]
    async fn strip(part: &mut MemberRoot<Self>, command: StripPart) {
        let StripPart { sku, part: key, .. } = command;
        part.apply(PartTightened { sku: sku.clone(), part: key });
        tokio::task::yield_now().await;
        part.apply(PartTightened { sku, part: key });
        panic!("stripped at turn {}", part.turns);
    }
}

#[aggregate_member(of = Order, key = gift)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gift {
    pub gift: u8,
    pub is_wrapped: bool,
}

#[aggregate_member(of = Order, key = gift)]
impl Gift {
    #[command_handler]
    fn wrap(&self, command: WrapGift) -> GiftWrapped {
        GiftWrapped { gift: command.gift }
    }

    #[event_sourcing_handler]
    fn on_wrapped(&mut self, _: &GiftWrapped) {
        self.is_wrapped = true;
    }
}

/// The only one of its kind has no key.
#[aggregate_member(of = Order)]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    pub text: String,
}

#[aggregate_member(of = Order)]
impl Invoice {
    #[command_handler]
    fn label(&self, command: LabelInvoice) -> Option<InvoiceLabelled> {
        (self.text != command.text).then_some(InvoiceLabelled { text: command.text })
    }

    #[event_sourcing_handler]
    fn on_labelled(&mut self, event: &InvoiceLabelled) {
        self.text.clone_from(&event.text);
    }
}

#[aggregate_member(of = Order, key = parcel)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    pub parcel: u32,
    pub seen: Vec<String>,
}

#[aggregate_member(of = Order, key = parcel)]
impl Parcel {
    #[command_handler]
    fn ship(command: Ship) -> Shipped {
        Shipped { parcel: command.parcel }
    }

    #[command_handler]
    fn deliver(&self, command: Deliver) -> Delivered {
        Delivered { parcel: command.parcel }
    }

    #[event_sourcing_handler]
    fn on_shipped(&mut self, _: &Shipped) {
        self.seen.push("shipped".to_owned());
    }

    #[event_sourcing_handler]
    fn on_delivered(&mut self, _: &Delivered) {
        self.seen.push("delivered".to_owned());
    }
}

#[aggregate_member(of = Order, key = slip)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    pub slip: u32,
    pub is_used: bool,
}

#[aggregate_member(of = Order, key = slip)]
impl Slip {
    #[command_handler]
    fn take_back(&self, command: Return) -> Returned {
        Returned { slip: command.slip }
    }

    #[event_sourcing_handler]
    fn on_returned(&mut self, _: &Returned) {
        self.is_used = true;
    }

    #[event_sourcing_handler(forward = all)]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.is_used = true;
    }
}
