use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{Output, Written, arguments_of, last_ident, ungrouped};
use crate::paths::Paths;

/// The error in a written `Result`. Of one that is none of the domain's by its name or form another
/// is made: whatever is made of that compiles then, and [`check`] alone says what to write. A type
/// of the user's with the name of one of the framework's stays what it is.
pub(super) fn error(error: &Type, es: &Paths) -> TokenStream {
    let place = error.span();
    let private = es.at(place).private();
    if is_named_fault(error) {
        quote_spanned!(place=> <#error as #private::RefusesWith>::Error)
    } else if is_no_error(error) {
        quote_spanned!(place=> #private::Infallible)
    } else {
        error.to_token_stream()
    }
}

/// `const _: () = is_refusal::<Fault>();`
pub(super) fn check(output: &Output, es: &Paths) -> Option<TokenStream> {
    let Written::Result { error, .. } = &output.written else { return None };
    let place = error.span();
    let private = es.at(place).private();
    let asked = if is_named_fault(error) {
        quote_spanned!(place=> is_refusal)
    } else if is_no_error(error) {
        quote_spanned!(place=> is_domain_error)
    } else {
        return None;
    };
    Some(quote_spanned!(place=> const _: () = #private::#asked::<#error>();))
}

fn is_named_fault(error: &Type) -> bool {
    last_ident(error).is_some_and(|last| last == "Fault" || last == "RepositoryError")
}

/// `&str` and `Box<dyn _>`. As `CommandOf::Error` they would be reported twice: the standard
/// library's impls for references and boxes lead rustc on to what is inside.
fn is_no_error(error: &Type) -> bool {
    match ungrouped(error) {
        Type::Reference(text) => last_ident(&text.elem).is_some_and(|last| last == "str"),
        error => arguments_of(error).is_some_and(|(name, arguments)| {
            name == "Box" && matches!(arguments[..], [Type::TraitObject(_)])
        }),
    }
}
