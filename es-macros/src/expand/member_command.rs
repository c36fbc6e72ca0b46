//! What the handlers of a member see, found by the keys in the command.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::command_handler::Seen;
use crate::model::{AggregateBlock, Shape};

/// `let state = member::<OrderLine, OrderError>(slot, &((), Clone::clone(&command.line_id)))?;`
pub(super) fn seen(
    shape: Shape,
    block: &AggregateBlock,
    error: &TokenStream,
    [slot, state]: [&Ident; 2],
    route: &TokenStream,
) -> Seen {
    let member = &block.self_ty;
    let private = block.paths.at(slot.span()).private();
    let found = |function: &str| {
        let function = Ident::new(function, slot.span());
        quote!(let #state = #private::#function::<#member, #error>(#slot, &#route)?;)
    };
    let lent = |function: &str, lend: &str| {
        let (function, lend) = (Ident::new(function, slot.span()), Ident::new(lend, slot.span()));
        Seen {
            taken: quote! {
                let mut #state = #private::#function::<#member, #error>(#slot, #route)?;
            },
            lent: Some(quote!(#state.#lend(),)),
            given_back: Some(quote!(::core::mem::drop(#state);)),
        }
    };
    let lent_state = Some(quote!(#state,));
    match shape {
        Shape::Creates => Seen { taken: found("vacant_member"), lent: None, given_back: None },
        Shape::Decides => Seen { taken: found("member"), lent: lent_state, given_back: None },
        Shape::MayCreate => {
            Seen { taken: found("optional_member"), lent: lent_state, given_back: None }
        }
        Shape::Root => lent("lent_root", "as_root"),
        Shape::Slot => lent("lent_slot", "as_slot"),
    }
}

/// Whether the creating half of a pair runs.
pub(super) fn is_missing(block: &AggregateBlock, slot: &Ident, route: &TokenStream) -> TokenStream {
    let member = &block.self_ty;
    let private = block.paths.at(slot.span()).private();
    quote_spanned!(slot.span()=> !#private::has_member::<#member>(#slot, &#route))
}
