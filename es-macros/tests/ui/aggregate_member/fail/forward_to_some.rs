include!("../../shelf_of_cartons.rs");

#[aggregate_member(of = Shelf, key = box_id)]
pub struct Carton {
    pub box_id: u32,
}

#[aggregate_member(of = Shelf, key = box_id)]
impl Carton {
    #[event_sourcing_handler(forward = some)]
    fn on_filled(&mut self, _event: &BoxFilled) {}
}

fn main() {}
