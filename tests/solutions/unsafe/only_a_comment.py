# TODO: homework
