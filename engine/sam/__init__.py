"""All that is known of AWS SAM: templates, intrinsics, what is built, the output template, samconfig."""
