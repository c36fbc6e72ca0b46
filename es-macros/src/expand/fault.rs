use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{Output, Written};
use crate::paths::Paths;

/// The error in a written `Result`. One that has the name of an error of the framework's becomes
/// `<Fault as RefusesWith>::Error`: whatever is made of it compiles then, and [`check`] alone says
/// what to write. A type of the user's with such a name stays what it is.
pub(super) fn error(error: &Type, es: &Paths) -> TokenStream {
    if !is_named_fault(error) {
        return error.to_token_stream();
    }
    let place = error.span();
    let private = es.at(place).private();
    quote_spanned!(place=> <#error as #private::RefusesWith>::Error)
}

/// `const _: () = is_refusal::<Fault>();`
pub(super) fn check(output: &Output, es: &Paths) -> Option<TokenStream> {
    let Written::Result { error, .. } = &output.written else { return None };
    let place = error.span();
    let private = es.at(place).private();
    is_named_fault(error)
        .then(|| quote_spanned!(place=> const _: () = #private::is_refusal::<#error>();))
}

fn is_named_fault(error: &Type) -> bool {
    let Type::Path(error) = error else { return false };
    let last = error.path.segments.last();
    last.is_some_and(|last| last.ident == "Fault" || last.ident == "RepositoryError")
}
