include!("../../shop.rs");

use es_core::unit::RepositoryError;

#[command_handler]
async fn close(_command: CloseShop) -> Result<(), Fault> {
    Err(Fault::new("broken"))
}

#[command_handler]
async fn open(command: OpenShop, _events: EventGateway) -> Result<u64, RepositoryError> {
    Err(RepositoryError::Fault(Fault::new(command.shop_id)))
}

fn main() {}
