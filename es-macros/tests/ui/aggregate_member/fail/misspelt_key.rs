include!("../../shelf_of_cartons.rs");

#[aggregate_member(of = Shelf, key = number)]
pub struct Carton {
    pub number: u32,
}

#[aggregate_member(of = Shelf, key = number)]
impl Carton {
    #[command_handler]
    fn fill(&self, command: FillBox) -> BoxFilled {
        BoxFilled { box_id: command.box_id }
    }

    #[event_sourcing_handler]
    fn on_filled(&mut self, _event: &BoxFilled) {}
}

fn main() {}
