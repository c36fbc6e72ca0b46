use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{HOLDERS, Output, Written, leaves, spaced};
use crate::paths::Paths;

/// Refuses an event as a reply: it looks as if it were stored, and is not.
///
/// ```text
/// const _: () = assert!(!<LeavesOf<OrderCreated>>::LEAVES.has_any(), "…");
/// ```
pub(super) fn unstored(output: &Output, es: &Paths, remedy: &str) -> TokenStream {
    match &output.written {
        Written::Plain => TokenStream::new(),
        Written::Result { ok, .. } => {
            let leaves = leaves(ok, &HOLDERS).into_iter();
            leaves
                .map(|leaf| refused(leaf, "LeavesOf", &format!("`{}`", spaced(leaf)), es, remedy))
                .collect()
        }
        Written::Hidden => {
            let subject = format!("the reply in `{}`", spaced(&output.ty));
            refused(&output.ty, "LeavesOfReply", &subject, es, remedy)
        }
    }
}

fn refused(ty: &Type, leaves: &str, subject: &str, es: &Paths, remedy: &str) -> TokenStream {
    let place = ty.span();
    let private = es.at(place).private();
    let leaves = syn::Ident::new(leaves, place);
    let text = format!("{subject} is an event, and as a reply it is not stored; {remedy}");
    quote_spanned! {place=>
        const _: () = {
            use #private::NoLeaves as _;
            ::core::assert!(!<#private::#leaves<#ty>>::LEAVES.has_any(), #text);
        };
    }
}
