<?php
// Copyright: (c) 2026, Keyturn
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// PHP itself, as the reader that the tests compare with. One request a line: {"ask": "values" | "tokens", "file": base64}.
// One answer a line: values: {"place": value, ...}; tokens: [[kind, position, text], ...]; null for a file with an error.
// Texts are {"text": base64}, arrays are {"entries": [[key, value], ...]}, anything else is its type.

function told($value)
{
    if (is_string($value)) {
        return ['text' => base64_encode($value)];
    }
    if (is_object($value) && get_class($value) === 'stdClass') {
        $value = (array) $value;
    }
    if (!is_array($value)) {
        return gettype($value);
    }
    $entries = [];
    foreach ($value as $key => $entry) {
        $entries[] = [is_int($key) ? $key : told($key), told($entry)];
    }
    return ['entries' => $entries];
}

function members($class)
{
    $reflection = new ReflectionClass($class);
    $values = [];
    foreach ($reflection->getConstants() as $name => $value) {
        $values["$class::$name"] = told($value);
    }
    foreach ($reflection->getDefaultProperties() as $name => $value) {
        $values["$class::\$$name"] = told($value);
    }
    foreach ($reflection->getMethods(ReflectionMethod::IS_STATIC) as $method) {
        $values["$class::{$method->name}()::return"] = told($method->invoke(null));
    }
    return $values;
}

// What the included file makes is told apart by name: nothing of this file begins without __.
$__classes = get_declared_classes();
while (($__line = fgets(STDIN)) !== false) {
    $__request = json_decode($__line, true);
    $__content = base64_decode($__request['file']);
    if ($__request['ask'] === 'tokens') {
        $__answer = [];
        foreach (PhpToken::tokenize($__content) as $__token) {
            $__answer[] = [$__token->getTokenName(), $__token->pos, base64_encode($__token->text)];
        }
        echo json_encode($__answer), "\n";
        continue;
    }
    // A process of its own, because constants and classes can be defined only once.
    $__child = pcntl_fork();
    if ($__child) {
        pcntl_waitpid($__child, $__status);
        echo pcntl_wifsignaled($__status) ? '' : "null\n";
        continue;
    }
    $__path = tempnam(sys_get_temp_dir(), 'php');
    file_put_contents($__path, $__content);
    ob_start();
    try {
        $__returned = include $__path;
        $__answer = ['return' => told($__returned)];
        foreach (get_defined_constants(true)['user'] ?? [] as $__name => $__value) {
            $__answer["\\$__name"] = told($__value);
        }
        foreach (array_diff(get_declared_classes(), $__classes) as $__name) {
            $__answer += members($__name);
        }
        foreach (array_diff(get_defined_functions()['user'], ['told', 'members']) as $__name) {
            $__answer["$__name()::return"] = told($__name());
        }
        foreach (get_defined_vars() as $__name => $__value) {
            if (strncmp($__name, '_', 1) !== 0 && !in_array($__name, ['argv', 'argc', 'GLOBALS'])) {
                $__answer["\$$__name"] = told($__value);
            }
        }
    } catch (Throwable $__error) {
        $__answer = null;
    }
    ob_end_clean();
    unlink($__path);
    echo json_encode($__answer), "\n";
    // An ordinary end would take ten times as long.
    posix_kill(getmypid(), SIGKILL);
}
