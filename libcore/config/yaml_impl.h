/*
 * yaml_impl - what the files of the YAML reader share.
 */
#ifndef CRM_YAML_IMPL_H
#define CRM_YAML_IMPL_H

#include "config/yaml.h"

/*
 * Add a text with shorter comments.
 *
 * They are most of a crm.yaml, and libyaml looks at each of their characters
 * as often as at those of a value: so a line that begins with '#' becomes one
 * of '#' alone, which ends what it ended, and all lines keep their numbers.
 * Behind the first quote such a line may be a piece of a text; it never is one
 * of a block, whose lines are indented.
 *
 * Returns false when there is nothing but such comments.
 */
bool crm_yaml_cut_comments(struct crm_view text, struct crm_buf *out);

#endif
