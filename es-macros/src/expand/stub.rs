use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::model::{AggregateBlock, CommandStub};

/// A handler that had an error: `send` finds it, so that only the error itself is reported.
///
/// ```text
/// impl CommandOf<Order> for CancelOrder {
///     type Reply = ();
///     type Error = Infallible;
///     const CALL: … = Call::Sync(unusable);
/// }
/// ```
pub(super) fn command(stub: &CommandStub, block: &AggregateBlock) -> TokenStream {
    let self_ty = &block.self_ty;
    let CommandStub { cfgs, command } = stub;
    let place = command.span();
    let es = block.paths.at(place);
    let private = es.private();
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        impl #es::command::CommandOf<#self_ty> for #command {
            type Reply = ();
            type Error = #private::Infallible;
            const CALL: #es::command::Call<#self_ty, Self, (), #private::Infallible> =
                #es::command::Call::Sync(#private::unusable);
        }
    }
}
